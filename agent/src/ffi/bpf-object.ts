import { MargayError } from '@margay/model';
import koffi from 'koffi';
import { BpfMap } from './bpf-map.ts';
import { libbpf, type Pointer } from './libbpf.ts';
import { systemError } from './system-errors.ts';

/** How the maps of an object are made; what is not named stays as compiled. */
export interface ObjectSettings {
  readonly maxEntries?: Readonly<Record<string, number>>;
  /** Map name → path in a bpffs: reused when it is pinned there and fits, else created and pinned. */
  readonly pinPaths?: Readonly<Record<string, string>>;
}

/** A compiled BPF object in the kernel. `close` drops this process's hold on its maps and programs. */
export class BpfObject {
  readonly #pointer: Pointer;
  readonly #path: string;

  private constructor(pointer: Pointer, path: string) {
    this.#pointer = pointer;
    this.#path = path;
  }

  /** Opens, sets, loads and verifies. Throws a MargayError with libbpf's own words, the verifier's log among them. */
  static load(path: string, settings: ObjectSettings = {}): BpfObject {
    const lib = libbpf();
    lib.takeMessages();
    const pointer = lib.bpf_object__open_file(path, null) as Pointer;
    if (!pointer) throw systemError(`bpf_object__open_file(${path})`, koffi.errno(), lib.takeMessages());
    const object = new BpfObject(pointer, path);
    try {
      object.#apply(settings);
      const result = lib.bpf_object__load(pointer) as number;
      if (result < 0) throw systemError(`loading ${path}`, result, lib.takeMessages());
      return object;
    } catch (error) {
      object.close();
      throw error;
    }
  }

  #apply(settings: ObjectSettings): void {
    const lib = libbpf();
    for (const [name, entries] of Object.entries(settings.maxEntries ?? {})) {
      const result = lib.bpf_map__set_max_entries(this.#map(name), entries) as number;
      if (result < 0) throw systemError(`bpf_map__set_max_entries(${name})`, result);
    }
    for (const [name, path] of Object.entries(settings.pinPaths ?? {})) {
      const result = lib.bpf_map__set_pin_path(this.#map(name), path) as number;
      if (result < 0) throw systemError(`bpf_map__set_pin_path(${name})`, result);
    }
  }

  /** A map of the object; it lives as long as the object. */
  map(name: string): BpfMap {
    return new BpfMap(libbpf().bpf_map__fd(this.#map(name)) as number);
  }

  /** File descriptor of a program; it lives as long as the object. */
  programFd(name: string): number {
    const program = libbpf().bpf_object__find_program_by_name(this.#pointer, name) as Pointer;
    if (!program) throw this.#missing('program', name);
    return libbpf().bpf_program__fd(program) as number;
  }

  close(): void {
    libbpf().bpf_object__close(this.#pointer);
  }

  #map(name: string): Pointer {
    const map = libbpf().bpf_object__find_map_by_name(this.#pointer, name) as Pointer;
    if (!map) throw this.#missing('map', name);
    return map;
  }

  #missing(kind: string, name: string): MargayError {
    return new MargayError(
      'INTERNAL',
      `${this.#path} has no ${kind} ${name}: build the agent and bpf/ from one commit.`,
    );
  }
}
