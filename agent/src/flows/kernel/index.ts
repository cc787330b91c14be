import type { WindowSource } from '../window.ts';
import { BpfWindowSource } from './bpf-window-source.ts';
import type { BpfWindowSourceOptions } from './options.ts';

export type { BpfWindowSourceOptions } from './options.ts';

/**
 * The eBPF observer of this process's network namespace. Needs root, libbpf ≥ 1.1 and a compiled `flow.bpf.o`;
 * `start` throws a MargayError that says which of them is missing.
 */
export function createBpfWindowSource(options: BpfWindowSourceOptions = {}): WindowSource {
  return new BpfWindowSource(options);
}
