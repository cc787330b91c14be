// The only door to C: libbpf, libnetfilter_conntrack and libc through koffi.
export { addressText } from './address-text.ts';
export { BpfMap, type MapBatch } from './bpf-map.ts';
export { BpfObject } from './bpf-object.ts';
export { Conntrack, type ConntrackEntry } from './conntrack.ts';
export { KeyPile } from './key-pile.ts';
export { CONN, COUNTS, ENUMS, KEY, LEDGER } from './layouts.ts';
export { networkNamespaceId } from './network-namespace.ts';
export { possibleCpus } from './possible-cpus.ts';
export { programId, testRun } from './program.ts';
export { releaseMemory } from './release-memory.ts';
export { ERRNO, errnoOf, systemError } from './system-errors.ts';
export {
  attachFilter,
  createClsact,
  destroyClsact,
  detachFilter,
  filterProgramId,
  type TcDirection,
  type TcFilter,
} from './tc.ts';
export { TcxLink, tcxProgramIds } from './tcx.ts';
