import type { Peer } from '@margay/model';
import { byId } from './compare-text.ts';
import { type GroupRef, groupOfPeer, labelOfPeer, namespaceGroup } from './groups.ts';
import type { EdgeInput, WorkloadInput } from './types.ts';

/** Everything that may become a node of its own: a workload of the cluster, or a peer that was seen. */
export interface Member {
  readonly id: string;
  readonly kind: Peer['kind'];
  readonly label: string;
  readonly group: GroupRef;
  readonly namespace: string | null;
  readonly workloadKind: string | null;
  /** Null for what only traffic shows: no workload, or one that is gone. */
  readonly workload: WorkloadInput | null;
}

/** All members by id, in the order of their ids. */
export function collectMembers(
  edges: readonly EdgeInput[],
  workloads: readonly WorkloadInput[],
  called: ReadonlySet<string>,
): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const workload of workloads) members.set(workload.key, memberOfWorkload(workload));
  for (const { srcKey, src, dstKey, dst } of edges) {
    if (!members.has(srcKey)) members.set(srcKey, memberOfPeer(srcKey, src, called));
    if (!members.has(dstKey)) members.set(dstKey, memberOfPeer(dstKey, dst, called));
  }
  return new Map([...members.values()].sort(byId).map((member) => [member.id, member]));
}

function memberOfWorkload(workload: WorkloadInput): Member {
  return {
    id: workload.key,
    kind: 'workload',
    label: workload.name,
    group: namespaceGroup(workload.namespace),
    namespace: workload.namespace,
    workloadKind: workload.kind,
    workload,
  };
}

function memberOfPeer(id: string, peer: Peer, called: ReadonlySet<string>): Member {
  const isNamespaced = peer.kind === 'workload' || peer.kind === 'service';
  return {
    id,
    kind: peer.kind,
    label: labelOfPeer(peer),
    group: groupOfPeer(peer, id, called),
    namespace: isNamespaced ? peer.namespace : null,
    workloadKind: peer.kind === 'workload' ? peer.ownerKind : null,
    workload: null,
  };
}
