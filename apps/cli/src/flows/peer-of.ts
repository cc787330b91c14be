import type { Inventory, Peer } from '@margay/model';
import { identityLabels } from '@margay/model';
import type { HubbleEndpoint } from './hubble.ts';

export type PeerFinder = (end: HubbleEndpoint, address: string) => Peer;

/** Who an end of a Hubble flow is in the cluster of the manifests: by pod, by workload, by address, else as Hubble's reserved labels say. */
export function createPeerFinder(inventory: Inventory): PeerFinder {
  const key = (...parts: readonly string[]) => JSON.stringify(parts);
  const byPod = new Map(inventory.pods.map((pod) => [key(pod.namespace, pod.name), pod]));
  const byAddress = new Map(
    inventory.pods
      .filter(({ hostNetwork }) => !hostNetwork)
      .flatMap((pod) => pod.addresses.map((one) => [one, pod] as const)),
  );
  const byWorkload = new Map(inventory.pods.map((pod) => [key(pod.namespace, pod.ownerKind, pod.ownerName), pod]));
  const nodes = new Map(inventory.nodes.flatMap((node) => node.addresses.map((one) => [one, node.name] as const)));
  const services = new Map(inventory.services.flatMap((one) => one.clusterIPs.map((ip) => [ip, one] as const)));
  const labelsOf = new Map(inventory.namespaces.map(({ name, labels }) => [name, labels]));
  const toPeer = (pod: Inventory['pods'][number]): Peer => ({
    kind: 'workload',
    namespace: pod.namespace,
    ownerKind: pod.ownerKind,
    name: pod.ownerName,
    labels: identityLabels(pod.labels),
    namespaceLabels: labelsOf.get(pod.namespace) ?? {},
    serviceAccount: pod.serviceAccount,
    ports: pod.ports,
  });
  return (end, address) => {
    const [owner] = end.workloads;
    const pod =
      byPod.get(key(end.namespace, end.pod_name)) ??
      (owner === undefined ? undefined : byWorkload.get(key(end.namespace, owner.kind, owner.name))) ??
      byAddress.get(address);
    if (pod !== undefined) return toPeer(pod);
    if (end.pod_name !== '') return strangerPeer(end, labelsOf.get(end.namespace) ?? {});
    const node = nodes.get(address);
    if (node !== undefined) return { kind: 'node', name: node };
    const service = services.get(address);
    if (service !== undefined) return { kind: 'service', namespace: service.namespace, name: service.name };
    return end.labels.some((label) => INSIDE.includes(label))
      ? { kind: 'unknown', address }
      : { kind: 'external', address };
  };
}

/** Hubble's words for what is in the cluster and is no pod. */
const INSIDE: readonly string[] = [
  'reserved:host',
  'reserved:remote-node',
  'reserved:health',
  'reserved:init',
  'reserved:ingress',
  'reserved:unmanaged',
];

/** A pod that the manifests do not have. */
function strangerPeer(
  { namespace, pod_name, workloads: [owner], labels }: HubbleEndpoint,
  namespaceLabels: Record<string, string>,
): Peer {
  const own = labels
    .filter((label) => label.startsWith('k8s:') && !label.startsWith('k8s:io.'))
    .map((label) => {
      const [name = '', ...value] = label.slice('k8s:'.length).split('=');
      return [name, value.join('=')] as const;
    });
  return {
    kind: 'workload',
    namespace,
    ownerKind: owner?.kind || 'Pod',
    name: owner?.name || pod_name,
    labels: identityLabels(Object.fromEntries(own)),
    namespaceLabels,
    serviceAccount: '',
    ports: [],
  };
}
