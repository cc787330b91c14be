import type { Inventory, InventoryPod, InventoryPolicy } from '@margay/model';
import { buildCluster } from '../cluster/build-cluster.ts';
import type { PodInput } from '../cluster/cluster-input.ts';
import { addressesOf, protocolNumber } from '../kinds/cluster-objects.ts';
import type { RawObject } from '../kinds/raw-object.ts';
import type { ClusterModel, NamedPort } from '../model/cluster.ts';
import type { PolicySet } from '../model/policy.ts';
import { createPolicyCollector } from '../parse/policy-collector.ts';
import type { Problem } from '../parse/problem.ts';

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
  for (const policy of inventory.policies) collector.take(toRawObject(policy));
  return { cluster: modelCluster(inventory), policies: collector.finish(), problems };
}

function toRawObject({ namespace, name, uid, apiVersion, kind, spec }: InventoryPolicy): RawObject {
  const metadata = { namespace, name, uid };
  const where = { file: 'inventory', document: 0, item: null };
  return { ...where, apiVersion, kind, namespace, name, uid, metadata, body: { apiVersion, kind, metadata, spec } };
}

function modelCluster(inventory: Inventory): ClusterModel {
  const input = {
    namespaces: inventory.namespaces.map(({ name, labels }) => ({ name, labels: toMap(labels) })),
    serviceAccounts: [],
    pods: inventory.pods.map(toPod),
    workloads: inventory.workloads.map(({ namespace, kind, name, labels }) => {
      const template = { labels: toMap(labels), serviceAccount: 'default', node: '', hostNetwork: false, ports: [] };
      return { namespace, kind, name, owner: null, template };
    }),
    networkSets: [],
    hostEndpoints: [],
    services: inventory.services.map(({ selector, clusterIPs, ports, ...service }) => ({
      ...service,
      selector: selector === null ? null : toMap(selector),
      clusterIps: addressesOf(clusterIPs),
      ports: ports.flatMap(withNumber),
    })),
    endpointSlices: inventory.endpointSlices.map(({ namespace, service, ports, endpoints }) => ({
      namespace,
      service,
      ports: ports.flatMap(withNumber),
      addresses: addressesOf(endpoints.flatMap((endpoint) => endpoint.addresses)),
    })),
    nodes: inventory.nodes.map(({ name, labels, addresses }) => ({
      name,
      labels: toMap(labels),
      addresses: addressesOf(addresses),
    })),
    ingresses: [],
  };
  return buildCluster(input, { assumeMissing: true });
}

const toMap = (labels: Readonly<Record<string, string>>) => new Map(Object.entries(labels));

function withNumber<T extends { readonly protocol: string }>(port: T): (Omit<T, 'protocol'> & { protocol: number })[] {
  const protocol = protocolNumber(port.protocol);
  return protocol === null ? [] : [{ ...port, protocol }];
}

export function toNamedPorts(ports: InventoryPod['ports']): NamedPort[] {
  return ports.flatMap(withNumber);
}

function toPod(pod: InventoryPod): PodInput {
  const { namespace, name, node, hostNetwork, ownerKind, ownerName, phase } = pod;
  return {
    namespace,
    name,
    node,
    hostNetwork,
    labels: toMap(pod.labels),
    serviceAccount: pod.serviceAccount || 'default',
    ports: toNamedPorts(pod.ports),
    finished: phase === 'Succeeded' || phase === 'Failed',
    ranges: addressesOf(pod.addresses),
    owner: ownerKind === 'Pod' ? null : { kind: ownerKind, name: ownerName },
  };
}
