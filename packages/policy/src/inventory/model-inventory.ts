import type { Inventory } from '@margay/model';
import { buildCluster } from '../cluster/build-cluster.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { PolicySet } from '../model/policy.ts';
import { createPolicyCollector } from '../parse/policy-collector.ts';
import type { Problem } from '../parse/problem.ts';
import { toEndpointSlice, toLabels, toNode, toPod, toPolicyObject, toService } from './rows.ts';

export interface InventoryModel {
  readonly cluster: ClusterModel;
  readonly policies: PolicySet;
  /** What of the cluster's policies was not understood; it opens nothing. */
  readonly problems: readonly Problem[];
}

/** An agent's snapshot as the engine sees it. Snapshots hold no ServiceAccounts: those that pods use are taken to exist, without labels. */
export function modelInventory(inventory: Inventory): InventoryModel {
  const problems: Problem[] = [];
  const collector = createPolicyCollector('fail-closed', new Map(), (problem) => problems.push(problem));
  for (const policy of inventory.policies) collector.take(toPolicyObject(policy));
  return { cluster: modelCluster(inventory), policies: collector.finish(), problems };
}

function modelCluster(inventory: Inventory): ClusterModel {
  const input = {
    namespaces: inventory.namespaces.map(({ name, labels }) => ({ name, labels: toLabels(labels) })),
    serviceAccounts: [],
    pods: inventory.pods.map(toPod),
    workloads: inventory.workloads.map(({ namespace, kind, name, labels }) => {
      const template = { labels: toLabels(labels), serviceAccount: 'default', node: '', hostNetwork: false, ports: [] };
      return { namespace, kind, name, owner: null, template };
    }),
    networkSets: [],
    hostEndpoints: [],
    services: inventory.services.map(toService),
    endpointSlices: inventory.endpointSlices.map(toEndpointSlice),
    nodes: inventory.nodes.map(toNode),
    ingresses: [],
  };
  return buildCluster(input, { assumeMissing: true });
}
