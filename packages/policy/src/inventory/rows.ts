import type { Inventory, InventoryPod, InventoryPolicy } from '@margay/model';
import type { PodInput } from '../cluster/cluster-input.ts';
import { addressesOf, protocolNumber } from '../kinds/cluster-objects.ts';
import type { RawObject } from '../kinds/raw-object.ts';
import type { EndpointSlice, NamedPort, Node, Service } from '../model/cluster.ts';

/** Rows of an agent's inventory as the engine takes them. */
export const toLabels = (labels: Readonly<Record<string, string>>) => new Map(Object.entries(labels));

export function toPolicyObject({ namespace, name, uid, apiVersion, kind, spec }: InventoryPolicy): RawObject {
  const metadata = { namespace, name, uid };
  const where = { file: 'inventory', document: 0, item: null };
  return { ...where, apiVersion, kind, namespace, name, uid, metadata, body: { apiVersion, kind, metadata, spec } };
}

export function toService(row: Inventory['services'][number]): Service {
  const { selector, clusterIPs, ports, ...service } = row;
  return {
    ...service,
    selector: selector === null ? null : toLabels(selector),
    clusterIps: addressesOf(clusterIPs),
    ports: ports.flatMap(withNumber),
  };
}

export function toEndpointSlice(row: Inventory['endpointSlices'][number]): EndpointSlice {
  const { namespace, service, ports, endpoints } = row;
  const addresses = addressesOf(endpoints.flatMap((endpoint) => endpoint.addresses));
  return { namespace, service, ports: ports.flatMap(withNumber), addresses };
}

export function toNode({ name, labels, addresses }: Inventory['nodes'][number]): Node {
  return { name, labels: toLabels(labels), addresses: addressesOf(addresses) };
}

export function toPod(pod: InventoryPod): PodInput {
  const { namespace, name, node, hostNetwork, ownerKind, ownerName, phase } = pod;
  return {
    namespace,
    name,
    node,
    hostNetwork,
    labels: toLabels(pod.labels),
    serviceAccount: pod.serviceAccount || 'default',
    ports: toNamedPorts(pod.ports),
    finished: phase === 'Succeeded' || phase === 'Failed',
    ranges: addressesOf(pod.addresses),
    owner: ownerKind === 'Pod' ? null : { kind: ownerKind, name: ownerName },
  };
}

export function toNamedPorts(ports: InventoryPod['ports']): NamedPort[] {
  return ports.flatMap(withNumber);
}

function withNumber<T extends { readonly protocol: string }>(port: T): (Omit<T, 'protocol'> & { protocol: number })[] {
  const protocol = protocolNumber(port.protocol);
  return protocol === null ? [] : [{ ...port, protocol }];
}
