import { libbpf } from './libbpf.ts';

/** How many values a per-CPU map holds for each key. */
export function possibleCpus(): number {
  return libbpf().libbpf_num_possible_cpus() as number;
}
