import type { AddressRange } from '../address/address-range.ts';
import type { ClusterModel, Member, Pod, Workload } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';

/** An end with at most one address. */
export interface Spot {
  readonly end: End;
  /** Of its address; null where it has none. */
  readonly family: 4 | 6 | null;
}

/**
 * What policies make of pods on their node's network. Kubernetes leaves it to the network plugin: `nodes`, as most do, Calico among them:
 * no policy governs such a pod and no selector finds it, only its address counts; `pods`: they are pods as others are.
 * Source: Kubernetes documentation, Network Policies ("NetworkPolicy and hostNetwork pods").
 */
export type HostNetwork = 'nodes' | 'pods';

/** One spot for each address of each pod; a pod without an address has one. Finished pods count where there are no others. */
export function workloadSpots({ pods }: Workload, cluster: ClusterModel, hostNetwork: HostNetwork): readonly Spot[] {
  const alive = pods.filter(({ finished }) => !finished);
  return (alive.length > 0 ? alive : pods).flatMap((pod) => {
    const isGoverned = pod.isGoverned || (hostNetwork === 'pods' && !pod.finished);
    return podSpots(pod, isGoverned, cluster);
  });
}

function podSpots(pod: Pod, isGoverned: boolean, cluster: ClusterModel): Spot[] {
  const self: readonly Member[] = isGoverned ? [pod] : [];
  const governed = isGoverned ? pod : null;
  if (pod.ranges.length === 0) return [{ end: { pod: governed, ranges: [], members: self }, family: null }];
  return pod.ranges.map((range) => ({
    end: { pod: governed, ranges: [range], members: [...self, ...setsAt(range, cluster)] },
    family: range.family,
  }));
}

/** An address outside the cluster: no pod, even where a pod has that address. */
export function outsideSpot(range: AddressRange, cluster: ClusterModel): Spot {
  return { end: { pod: null, ranges: [range], members: setsAt(range, cluster) }, family: range.family };
}

const setsAt = (range: AddressRange, cluster: ClusterModel): readonly Member[] =>
  cluster.lookup.membersAt(range).filter(({ kind }) => kind !== 'Pod');
