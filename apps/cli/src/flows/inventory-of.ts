import type { Inventory } from '@margay/model';
import { type AddressRange, type ClusterModel, formatAddress, type Pod, type PolicySet } from '@margay/policy';

const PROTOCOLS: Readonly<Record<number, 'TCP' | 'UDP' | 'SCTP'>> = { 6: 'TCP', 17: 'UDP', 132: 'SCTP' };
const protocolOf = (number: number) => PROTOCOLS[number] ?? 'TCP';

/** The cluster of the manifests as the recommender reads one. */
export function inventoryOf(cluster: ClusterModel, policies: PolicySet): Inventory {
  return {
    namespaces: [...cluster.namespaces.values()].map(({ name, labels }) => ({
      name,
      labels: Object.fromEntries(labels),
    })),
    workloads: cluster.workloads.map(({ namespace, kind, name, pods }) => ({
      namespace,
      kind,
      name,
      labels: Object.fromEntries(templateOf(pods)?.ownLabels ?? []),
      replicas: null,
    })),
    // A template stands for the pods that it would make, so that Services find what is behind them.
    pods: cluster.pods.map(podOf),
    services: cluster.services.map(({ namespace, name, selector, clusterIps, ports }) => ({
      namespace,
      name,
      type: 'ClusterIP',
      clusterIPs: clusterIps.map(firstAddress),
      selector: selector === null ? null : Object.fromEntries(selector),
      ports: ports.map((port) => ({ ...port, protocol: protocolOf(port.protocol), nodePort: null })),
    })),
    endpointSlices: cluster.endpointSlices.map(({ namespace, service, addresses, ports }, place) => ({
      namespace,
      name: `${service}-${place}`,
      service,
      ports: ports.map((port) => ({ ...port, protocol: protocolOf(port.protocol) })),
      endpoints: addresses.map((range) => ({
        addresses: [firstAddress(range)],
        ready: true,
        pod: cluster.lookup.podAt(range)?.name ?? null,
        node: null,
      })),
    })),
    nodes: cluster.nodes.map(({ name, labels, addresses }) => ({
      name,
      labels: Object.fromEntries(labels),
      addresses: addresses.map(firstAddress),
      podCIDRs: [],
      kubeletVersion: '',
    })),
    policies: policies.policies.map(({ namespace, name, uid, source: { apiVersion, kind, spec } }) => ({
      namespace,
      name,
      uid,
      apiVersion,
      kind,
      spec,
    })),
  };
}

const templateOf = (pods: readonly Pod[]) => pods.find(({ fromTemplate }) => fromTemplate) ?? pods[0];
const firstAddress = ({ family, first }: AddressRange) => formatAddress({ family, value: first });

function podOf(pod: Pod): Inventory['pods'][number] {
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: '',
    labels: Object.fromEntries(pod.ownLabels),
    ownerKind: pod.workload.kind,
    ownerName: pod.workload.name,
    node: pod.node,
    hostNetwork: pod.hostNetwork,
    phase: pod.finished ? 'Succeeded' : 'Running',
    addresses: pod.ranges.map(firstAddress),
    serviceAccount: pod.serviceAccount,
    ports: pod.ports.map(({ name, protocol, port }) => ({ name, protocol: protocolOf(protocol), port })),
  };
}
