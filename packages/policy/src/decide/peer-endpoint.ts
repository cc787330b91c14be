import type { Peer } from '@margay/model';
import { addressEndpoint, type Endpoint, rangeEndpoint, withNameLabel } from '../evaluate/endpoint.ts';
import { type ClusterIndex, workloadKey } from '../inventory/cluster-index.ts';
import type { Backend } from '../inventory/resolve-service.ts';

const NOBODY: Endpoint = { pod: null, ranges: [] };

/** A peer as policies see it. A workload is judged by the labels it had when it was seen, and by the addresses its pods have now. */
export function peerEndpoint(index: ClusterIndex, peer: Peer): Endpoint {
  switch (peer.kind) {
    case 'workload': {
      const { namespace, labels, ports } = peer;
      const namespaceLabels = withNameLabel(namespace, peer.namespaceLabels);
      const key = workloadKey(namespace, peer.ownerKind, peer.name);
      return { pod: { namespace, labels, ports, namespaceLabels }, ranges: currentRanges(index, key) };
    }
    case 'node':
      return addressEndpoint(index.nodeAddresses(peer.name) ?? []);
    case 'cidr':
      return rangeEndpoint(peer.cidr);
    case 'external':
    case 'unknown':
      return addressEndpoint([peer.address]);
    case 'service':
      return NOBODY;
  }
}

/** What may answer behind a Service: a workload as its first current pod, because pods of one template look alike to policies. */
export function backendEndpoint(index: ClusterIndex, backend: Backend): Endpoint {
  if (backend.kind === 'address') return addressEndpoint([backend.address]);
  const [pod] = index.workloads.get(backend.key)?.pods ?? [];
  if (pod === undefined) return NOBODY;
  const ranges = currentRanges(index, backend.key);
  if (pod.hostNetwork) return { pod: null, ranges };
  const { namespace, labels, ports } = pod;
  return { pod: { namespace, labels, ports, namespaceLabels: index.namespaceLabels(namespace) }, ranges };
}

const currentRanges = (index: ClusterIndex, key: string) =>
  addressEndpoint(index.workloads.get(key)?.pods.flatMap(({ addresses }) => addresses) ?? []).ranges;
