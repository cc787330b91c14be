import type { Inventory, InventoryPod } from '@margay/model';
import type { Labels } from '../selector/matches-selector.ts';
import { groupBy } from './group-by.ts';

type InventoryService = Inventory['services'][number];
type InventoryEndpointSlice = Inventory['endpointSlices'][number];

/** What owns pods, by the key that peers have too (`workload/shop/Deployment/frontend`). */
export interface Workload {
  readonly key: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  /** Null where only pods of it were seen. */
  readonly templateLabels: Labels | null;
  readonly pods: readonly InventoryPod[];
}

/** An inventory, looked up by name. */
export interface ClusterIndex {
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly workloadsIn: (namespace: string) => readonly Workload[];
  readonly services: readonly InventoryService[];
  readonly service: (namespace: string, name: string) => InventoryService | undefined;
  readonly slicesOf: (namespace: string, service: string) => readonly InventoryEndpointSlice[];
  readonly pod: (namespace: string, name: string) => InventoryPod | undefined;
  /** Undefined for a node that is gone. May hold host names beside addresses. */
  readonly nodeAddresses: (name: string) => readonly string[] | undefined;
}

export function indexInventory(inventory: Inventory): ClusterIndex {
  const services = new Map(inventory.services.map((service) => [pairKey(service.namespace, service.name), service]));
  const slices = groupBy(inventory.endpointSlices, (slice) => pairKey(slice.namespace, slice.service));
  const pods = new Map(inventory.pods.map((pod) => [pairKey(pod.namespace, pod.name), pod]));
  const nodes = new Map(inventory.nodes.map((node) => [node.name, node.addresses]));
  const workloads = indexWorkloads(inventory);
  const workloadsIn = groupBy(workloads.values(), (workload) => workload.namespace);
  return {
    workloads,
    workloadsIn: (namespace) => workloadsIn.get(namespace) ?? [],
    services: inventory.services,
    service: (namespace, name) => services.get(pairKey(namespace, name)),
    slicesOf: (namespace, service) => slices.get(pairKey(namespace, service)) ?? [],
    pod: (namespace, name) => pods.get(pairKey(namespace, name)),
    nodeAddresses: (name) => nodes.get(name),
  };
}

export function workloadKey(namespace: string, kind: string, name: string): string {
  return `workload/${namespace}/${kind}/${name}`;
}

/** Names come from a cluster that may be hostile: no separator of ours may be faked within them. */
const pairKey = (namespace: string, name: string) => JSON.stringify([namespace, name]);

function indexWorkloads(inventory: Inventory): Map<string, Workload> {
  const podsOf = groupBy(inventory.pods, (pod) => workloadKey(pod.namespace, pod.ownerKind, pod.ownerName));
  const workloads = new Map<string, Workload>();
  for (const { namespace, kind, name, labels } of inventory.workloads) {
    const key = workloadKey(namespace, kind, name);
    workloads.set(key, { key, namespace, kind, name, templateLabels: labels, pods: podsOf.get(key) ?? [] });
  }
  for (const [key, pods] of podsOf) {
    const [first] = pods;
    if (first === undefined || workloads.has(key)) continue;
    const { namespace, ownerKind: kind, ownerName: name } = first;
    workloads.set(key, { key, namespace, kind, name, templateLabels: null, pods });
  }
  return workloads;
}
