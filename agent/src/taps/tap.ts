import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TcxLink } from '../ffi/index.ts';
import { ClsactTap } from './clsact-tap.ts';

/** The observer on one interface, both directions. */
export interface Tap {
  readonly mode: 'tcx' | 'clsact';
  /** Whether both programs are still where they were put. */
  isAttached(): boolean;
  /** Takes them off. */
  detach(): void;
  /** Lets go without taking them off, where they can stay by themselves. */
  release(): void;
}

/** The observer's programs, by descriptor. On the host side of a veth, ingress is what the pod sends. */
export interface TapPrograms {
  readonly fromPodFd: number;
  readonly toPodFd: number;
}

export type AttachMode = 'auto' | 'tcx' | 'clsact';

const DIRECTIONS = ['ingress', 'egress'] as const;

/** Attaches to an interface; throws a MargayError when the kernel refuses. `pinDirectory`: where taps outlive the process. */
export function attachTap(
  interfaceIndex: number,
  programs: TapPrograms,
  options: { mode: AttachMode; pinDirectory?: string },
): Tap {
  if (options.mode !== 'clsact') {
    const tap = attachTcx(interfaceIndex, programs, options.pinDirectory);
    if (tap) return tap;
  }
  // An 'tcx' that the kernel lacks still taps: being blind helps nobody.
  return new ClsactTap(interfaceIndex, programs);
}

/** Name of the pin of a link, below the pin directory. */
export function linkPinName(interfaceIndex: number, direction: (typeof DIRECTIONS)[number]): string {
  return `link-${interfaceIndex}-${direction}`;
}

function attachTcx(interfaceIndex: number, programs: TapPrograms, pinDirectory: string | undefined): Tap | undefined {
  const links: TcxLink[] = [];
  const pins = pinDirectory
    ? DIRECTIONS.map((direction) => join(pinDirectory, linkPinName(interfaceIndex, direction)))
    : [];
  const detach = () => {
    for (const link of links.splice(0)) {
      link.detach();
      link.close();
    }
    for (const pin of pins) if (existsSync(pin)) unlinkSync(pin);
  };
  try {
    for (const [i, direction] of DIRECTIONS.entries()) {
      const link = takeLink(interfaceIndex, direction, programs, pins[i]);
      if (!link) return undefined;
      links.push(link);
    }
  } catch (error) {
    // Half a tap would call every connection one-sided.
    detach();
    throw error;
  }
  return {
    mode: 'tcx',
    isAttached: () => links.length > 0 && links.every((link) => link.interfaceIndex() === interfaceIndex),
    detach,
    release: () => {
      for (const link of links.splice(0)) link.close();
    },
  };
}

function takeLink(
  interfaceIndex: number,
  direction: (typeof DIRECTIONS)[number],
  programs: TapPrograms,
  pin: string | undefined,
): TcxLink | undefined {
  const programFd = direction === 'ingress' ? programs.fromPodFd : programs.toPodFd;
  const former = pin ? TcxLink.openPinned(pin) : undefined;
  if (former && pin) {
    if (former.interfaceIndex() === interfaceIndex) {
      former.update(programFd);
      return former;
    }
    former.close();
    unlinkSync(pin);
  }
  const link = TcxLink.attach(programFd, interfaceIndex, direction);
  if (link && pin) link.pin(pin);
  return link;
}
