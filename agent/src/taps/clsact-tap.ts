import { execFileSync } from 'node:child_process';
import {
  attachFilter,
  createClsact,
  destroyClsact,
  detachFilter,
  ERRNO,
  filterProgramId,
  programId,
  systemError,
  type TcDirection,
  type TcFilter,
} from '../ffi/index.ts';
import type { Tap, TapPrograms } from './tap.ts';

/** "Ma": tells our filter from others of the same priority. */
const HANDLE = 0x4d61;
/** 1 runs first. The next ones only where the first is held by a filter of another protocol, which the kernel does not mix. */
const PRIORITIES = [1, 2, 3] as const;
const DIRECTIONS: readonly TcDirection[] = ['ingress', 'egress'];

/** The observer as classic tc filters, before those of a CNI, for kernels without tcx. */
export class ClsactTap implements Tap {
  readonly mode = 'clsact';
  readonly #interfaceIndex: number;
  readonly #programIds: Readonly<Record<TcDirection, number>>;
  readonly #places = new Map<TcDirection, TcFilter>();
  readonly #qdiscIsOurs: boolean;

  constructor(interfaceIndex: number, programs: TapPrograms) {
    this.#interfaceIndex = interfaceIndex;
    this.#programIds = { ingress: programId(programs.fromPodFd), egress: programId(programs.toPodFd) };
    const created = createClsact(interfaceIndex);
    // A filter with our handle is what a killed agent left; then the qdisc was its work too, unless somebody uses it.
    this.#qdiscIsOurs = created || PRIORITIES.some((priority) => this.#idAt('ingress', priority) > 0);
    for (const direction of DIRECTIONS) {
      this.#attach(direction, direction === 'ingress' ? programs.fromPodFd : programs.toPodFd);
    }
  }

  isAttached(): boolean {
    return DIRECTIONS.every((direction) => {
      const place = this.#places.get(direction);
      return place && this.#idAt(direction, place.priority) === this.#programIds[direction];
    });
  }

  detach(): void {
    for (const [direction, place] of this.#places) detachFilter(this.#interfaceIndex, direction, place);
    this.#places.clear();
    if (this.#qdiscIsOurs && !hasFilters(this.#interfaceIndex)) destroyClsact(this.#interfaceIndex);
  }

  release(): void {}

  #attach(direction: TcDirection, programFd: number): void {
    let result = 0;
    for (const priority of PRIORITIES) {
      const place = { handle: HANDLE, priority };
      result = attachFilter(this.#interfaceIndex, direction, programFd, place);
      if (result === 0) {
        this.#places.set(direction, place);
        return;
      }
      if (result !== -ERRNO.EINVAL) break;
    }
    throw systemError(`attaching to interface ${this.#interfaceIndex} (clsact ${direction})`, result);
  }

  #idAt(direction: TcDirection, priority: number): number {
    return filterProgramId(this.#interfaceIndex, direction, { handle: HANDLE, priority });
  }
}

/** Whether anybody's filter is left in the clsact qdisc of an interface; true when that cannot be told. */
function hasFilters(interfaceIndex: number): boolean {
  try {
    const name = nameOf(interfaceIndex);
    return DIRECTIONS.some((direction) => {
      const output = execFileSync('tc', ['-j', 'filter', 'show', 'dev', name, direction], { encoding: 'utf8' });
      return (JSON.parse(output || '[]') as unknown[]).length > 0;
    });
  } catch {
    return true;
  }
}

function nameOf(interfaceIndex: number): string {
  const output = execFileSync('ip', ['-j', 'link', 'show'], { encoding: 'utf8' });
  const links = JSON.parse(output) as { ifindex: number; ifname: string }[];
  return links.find((link) => link.ifindex === interfaceIndex)?.ifname ?? '';
}
