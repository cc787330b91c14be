import { calledPeers } from './groups.ts';
import { collectMembers } from './members.ts';
import type { EdgeInput, WorkloadInput } from './types.ts';

/** Beyond this many nodes a picture is read by namespace first. */
export const NODES_MAX_OPEN = 60;
/** A group of addresses that is longer than this starts as one node in any case. */
const ADDRESSES_MAX_OPEN = 12;

/** The groups that start open: all where the picture stays small, none else; long lists of addresses never. */
export function initialExpansion(edges: readonly EdgeInput[], workloads: readonly WorkloadInput[]): Set<string> {
  const members = [...collectMembers(edges, workloads, calledPeers(edges)).values()];
  const sizes = new Map<string, number>();
  for (const { group } of members) sizes.set(group.id, (sizes.get(group.id) ?? 0) + 1);
  const isShort = (id: string) => id.startsWith('namespace/') || (sizes.get(id) ?? 0) <= ADDRESSES_MAX_OPEN;
  const open = [...sizes.keys()].filter(isShort);
  const drawn = open.reduce((sum, id) => sum + (sizes.get(id) ?? 0), sizes.size - open.length);
  return new Set(drawn <= NODES_MAX_OPEN ? open : []);
}
