import type { Inventory } from '@margay/model';
import { parseEndpointSlice } from '../kube/endpoint-slice.ts';
import type { Resource } from '../kube/informer.ts';
import { parseNamespace } from '../kube/namespace.ts';
import { parseNode } from '../kube/node.ts';
import { PATHS } from '../kube/paths.ts';
import { parsePod } from '../kube/pod.ts';
import { parseNetworkPolicy } from '../kube/policy.ts';
import { parseService } from '../kube/service.ts';
import { workloadParser } from '../kube/workload.ts';

type Kind = keyof Inventory;
type Row = Inventory[Kind][number];

/** Null: an object that the inventory does not show (a ReplicaSet of a Deployment). */
export interface InventoryResource extends Resource<Row | null> {
  readonly kind: Kind;
}

const of = (kind: Kind, name: keyof typeof PATHS, parse: (object: unknown) => Row | null): InventoryResource => ({
  kind,
  name,
  path: PATHS[name],
  parse,
});

/** All that the cluster role reads of a cluster, and where in the inventory it goes. */
export const INVENTORY_RESOURCES: readonly InventoryResource[] = [
  of('namespaces', 'namespaces', (object) => {
    const { name, labels } = parseNamespace(object);
    return { name, labels: { ...labels } };
  }),
  of('workloads', 'deployments.apps', workloadParser('Deployment')),
  of('workloads', 'statefulsets.apps', workloadParser('StatefulSet')),
  of('workloads', 'daemonsets.apps', workloadParser('DaemonSet')),
  of('workloads', 'replicasets.apps', workloadParser('ReplicaSet')),
  of('workloads', 'jobs.batch', workloadParser('Job')),
  of('workloads', 'cronjobs.batch', workloadParser('CronJob')),
  of('pods', 'pods', (object) => parsePod(object).pod),
  of('services', 'services', parseService),
  of('endpointSlices', 'endpointslices.discovery.k8s.io', parseEndpointSlice),
  of('nodes', 'nodes', parseNode),
  of('policies', 'networkpolicies.networking.k8s.io', parseNetworkPolicy),
];

/** Bounds of one upload (`Inventory` of @margay/model). */
export const ROWS_MAX: Record<Kind, number> = {
  namespaces: 20_000,
  workloads: 50_000,
  pods: 100_000,
  services: 20_000,
  endpointSlices: 50_000,
  nodes: 10_000,
  policies: 20_000,
};
