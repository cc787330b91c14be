import { TC_HOOK, TC_OPTS } from './layouts.ts';
import { libbpf } from './libbpf.ts';
import { ERRNO, systemError } from './system-errors.ts';

export type TcDirection = 'ingress' | 'egress';

/** A filter's place: the lower the priority, the earlier it runs. */
export interface TcFilter {
  readonly handle: number;
  readonly priority: number;
}

const ATTACH_POINT = { ingress: 1, egress: 2, both: 3 } as const;
const BPF_TC_F_REPLACE = 1;

/** Adds a clsact qdisc. Returns whether it was this call that added it. */
export function createClsact(interfaceIndex: number): boolean {
  const result = quietly(() => libbpf().bpf_tc_hook_create(hookOf(interfaceIndex, 'ingress')));
  if (result === -ERRNO.EEXIST) return false;
  if (result < 0) throw systemError(`adding clsact to interface ${interfaceIndex}`, result);
  return true;
}

/** Removes the clsact qdisc with every filter in it: only for one that is ours and empty. */
export function destroyClsact(interfaceIndex: number): void {
  quietly(() => libbpf().bpf_tc_hook_destroy(hookOf(interfaceIndex, 'both')));
}

/** Attaches as a direct-action filter, replacing our own at the same place without a gap. Returns a negative errno or 0. */
export function attachFilter(
  interfaceIndex: number,
  direction: TcDirection,
  programFd: number,
  place: TcFilter,
): number {
  const options = optionsOf(place);
  options.writeInt32LE(programFd, TC_OPTS.prog_fd);
  options.writeUInt32LE(BPF_TC_F_REPLACE, TC_OPTS.flags);
  return quietly(() => libbpf().bpf_tc_attach(hookOf(interfaceIndex, direction), options));
}

/** Id of the program at `place`, or 0. */
export function filterProgramId(interfaceIndex: number, direction: TcDirection, place: TcFilter): number {
  const options = optionsOf(place);
  const result = quietly(() => libbpf().bpf_tc_query(hookOf(interfaceIndex, direction), options));
  return result < 0 ? 0 : options.readUInt32LE(TC_OPTS.prog_id);
}

export function detachFilter(interfaceIndex: number, direction: TcDirection, place: TcFilter): void {
  quietly(() => libbpf().bpf_tc_detach(hookOf(interfaceIndex, direction), optionsOf(place)));
}

function hookOf(interfaceIndex: number, point: keyof typeof ATTACH_POINT): Buffer {
  const hook = Buffer.alloc(TC_HOOK.bytes);
  hook.writeBigUInt64LE(BigInt(hook.length), TC_HOOK.sz);
  hook.writeInt32LE(interfaceIndex, TC_HOOK.ifindex);
  hook.writeInt32LE(ATTACH_POINT[point], TC_HOOK.attach_point);
  return hook;
}

function optionsOf(place: TcFilter): Buffer {
  const options = Buffer.alloc(TC_OPTS.bytes);
  options.writeBigUInt64LE(BigInt(options.length), TC_OPTS.sz);
  options.writeUInt32LE(place.handle, TC_OPTS.handle);
  options.writeUInt32LE(place.priority, TC_OPTS.priority);
  return options;
}

/** libbpf also prints what it returns (the kernel's netlink messages): dropped, so that they are not taken for a later failure. */
function quietly(call: () => unknown): number {
  const result = call() as number;
  libbpf().takeMessages();
  return result;
}
