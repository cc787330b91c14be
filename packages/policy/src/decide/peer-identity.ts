import type { Peer, WorkloadPeer } from '@margay/model';
import { type AddressRange, parseNet } from '../address/address-range.ts';
import { labelsOfLonePod } from '../cluster/flat-labels.ts';
import { toNamedPorts } from '../inventory/rows.ts';
import { addressesOf } from '../kinds/cluster-objects.ts';
import type { ClusterModel, Pod, Workload } from '../model/cluster.ts';

/** Who a recorded peer is to policies, by what the cluster looks like now. */
export interface PeerIdentity {
  /** What policies govern: with the labels, service account and ports that it had when it was seen. Null: no pod. */
  readonly pod: Pod | null;
  /** Where it may have been: of a workload the addresses that its pods have now. A block for a CIDR bucket. Empty: not known. */
  readonly ranges: readonly AddressRange[];
}

export function createPeerIdentities(cluster: ClusterModel): (peer: Peer) => PeerIdentity {
  const byKey = new Map(cluster.workloads.map((workload) => [keyOf(workload), workload]));
  const nodes = new Map(cluster.nodes.map(({ name, addresses }) => [name, addresses]));
  const outside = (ranges: readonly AddressRange[]): PeerIdentity => ({ pod: null, ranges });
  return (peer) => {
    switch (peer.kind) {
      case 'workload': {
        const workload = byKey.get(keyOf({ ...peer, kind: peer.ownerKind }));
        const ranges = workload?.pods.flatMap((pod) => pod.ranges) ?? [];
        return { pod: podOfPeer(peer, workload), ranges };
      }
      case 'node':
        return outside(nodes.get(peer.name) ?? []);
      case 'cidr': {
        const range = parseNet(peer.cidr);
        return outside(range === null ? [] : [range]);
      }
      case 'external':
      case 'unknown':
        return outside(addressesOf([peer.address]));
      case 'service':
        return outside([]);
    }
  };
}

const keyOf = ({ namespace, kind, name }: { namespace: string; kind: string; name: string }) =>
  JSON.stringify([namespace, kind, name]);

function podOfPeer(peer: WorkloadPeer, workload: Workload | undefined): Pod {
  const { namespace, name, serviceAccount } = peer;
  const ownLabels = new Map(Object.entries(peer.labels));
  const namespaceLabels = new Map(Object.entries(peer.namespaceLabels)).set('kubernetes.io/metadata.name', namespace);
  return {
    kind: 'Pod',
    namespace,
    name,
    labels: labelsOfLonePod({ labels: ownLabels, namespace, serviceAccount }, namespaceLabels),
    ports: toNamedPorts(peer.ports),
    ranges: [],
    workload: workload ?? { namespace, kind: peer.ownerKind, name, pods: [] },
    node: '',
    serviceAccount,
    ownLabels,
    isGoverned: true,
    hostNetwork: false,
    finished: false,
    fromTemplate: false,
    profile: `kns.${namespace}`,
  };
}
