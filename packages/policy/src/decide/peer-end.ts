import type { Peer, WorkloadPeer } from '@margay/model';
import { type AddressRange, parseNet } from '../address/address-range.ts';
import { labelsOfLonePod } from '../cluster/flat-labels.ts';
import { lonePodEnd, podEnd, rangesEnd } from '../engine/ends.ts';
import { toNamedPorts } from '../inventory/model-inventory.ts';
import type { Backend } from '../inventory/resolve-service.ts';
import { addressesOf } from '../kinds/cluster-objects.ts';
import type { ClusterModel, Pod, Workload } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';

/** Who an edge's peers are to policies, by what the cluster looks like now. */
export interface PeerEnds {
  /** A workload is judged by the labels it had when it was seen, and by the addresses its pods have now. */
  readonly ofPeer: (peer: Peer) => End;
  /** What may answer behind a Service: a workload as its first current pod, because pods of one template look alike to policies. */
  readonly ofBackend: (backend: Backend) => End;
}

export function createPeerEnds(cluster: ClusterModel): PeerEnds {
  const byKey = new Map(cluster.workloads.map((workload) => [keyOf(workload), workload]));
  const nodes = new Map(cluster.nodes.map(({ name, addresses }) => [name, addresses]));
  const outside = (ranges: readonly AddressRange[]) => rangesEnd(cluster, ranges);
  return {
    ofPeer: (peer) => {
      switch (peer.kind) {
        case 'workload': {
          const workload = byKey.get(keyOf({ ...peer, kind: peer.ownerKind }));
          return lonePodEnd(cluster, podOfPeer(peer, workload), addressesNow(workload));
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
    },
    ofBackend: (backend) => {
      if (backend.kind === 'address') return outside(addressesOf([backend.address]));
      const workload = byKey.get(backend.key);
      const [pod] = workload?.pods ?? [];
      return pod === undefined ? outside([]) : podEnd(cluster, pod, addressesNow(workload));
    },
  };
}

const keyOf = ({ namespace, kind, name }: { namespace: string; kind: string; name: string }) =>
  `workload/${namespace}/${kind}/${name}`;

const addressesNow = (workload: Workload | undefined) => workload?.pods.flatMap(({ ranges }) => ranges) ?? [];

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
