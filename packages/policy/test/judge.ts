import { type Inventory, type InventoryPod, type MergedEdge, type Peer, protocolName } from '@margay/model';
import { addressEndpoint, type Endpoint, podEndpoint, rangeEndpoint } from '../src/evaluate/endpoint.ts';
import { type Connection, evaluate } from '../src/evaluate/evaluate.ts';
import type { NetworkPolicy } from '../src/kubernetes.ts';
import { parseNetworkPolicy } from '../src/parse/parse-network-policy.ts';
import type { ParsedPolicy } from '../src/parse/parsed-policy.ts';

/**
 * The connections that an observed edge stands for now: every current pod of its ends, every address of its nodes, every backend of its Service.
 * Written from the specification, not with the recommender's own code. Null: no NetworkPolicy can be asked to let it through.
 */
export function connectionsOf(inventory: Inventory, edge: MergedEdge): Connection[] | null {
  if (edge.action === 'deny' || ![6, 17, 132].includes(edge.protocol) || edge.port === 0) return null;
  const sources = endpointsOf(inventory, edge.src);
  const targets = targetsOf(inventory, edge);
  if (sources.length === 0 || targets.length === 0) return null;
  const { protocol } = edge;
  return sources.flatMap((src) => targets.map(({ dst, port }) => ({ src, dst, protocol, port })));
}

/** Whether all of them pass. */
export function passes(policies: readonly ParsedPolicy[], connections: readonly Connection[]): boolean {
  return connections.every((connection) => evaluate(policies, connection).allowed);
}

export function parsePolicies(policies: readonly NetworkPolicy[]): ParsedPolicy[] {
  return policies.map(({ apiVersion, kind, metadata, spec }) => {
    const parsed = parseNetworkPolicy({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name, spec });
    if (parsed === null || parsed.problems.length > 0) throw new Error(`not a policy: ${parsed?.problems.join(', ')}`);
    return parsed;
  });
}

function endpointsOf(inventory: Inventory, peer: Peer): Endpoint[] {
  switch (peer.kind) {
    case 'workload':
      return inventory.pods
        .filter(
          (pod) => pod.namespace === peer.namespace && pod.ownerKind === peer.ownerKind && pod.ownerName === peer.name,
        )
        .map((pod) => endpointOfPod(inventory, pod));
    case 'node': {
      const addresses = inventory.nodes.find(({ name }) => name === peer.name)?.addresses ?? [];
      // Pods of these tests have IPv4 only; a name is no address.
      return addresses.filter((address) => /^[\d.]+$/.test(address)).map((address) => addressEndpoint([address]));
    }
    case 'external':
      return [addressEndpoint([peer.address])];
    case 'cidr':
      return [rangeEndpoint(peer.cidr)];
    default:
      return [];
  }
}

function endpointOfPod(inventory: Inventory, pod: InventoryPod): Endpoint {
  return podEndpoint(pod, inventory.namespaces.find(({ name }) => name === pod.namespace)?.labels ?? {});
}

function targetsOf(inventory: Inventory, edge: MergedEdge): { dst: Endpoint; port: number }[] {
  const { dst, port } = edge;
  if (dst.kind !== 'service') return endpointsOf(inventory, dst).map((end) => ({ dst: end, port }));
  const service = inventory.services.find(({ namespace, name }) => namespace === dst.namespace && name === dst.name);
  const protocol = protocolName(edge.protocol);
  const target = service?.ports.find((one) => one.port === port && one.protocol === protocol)?.targetPort;
  if (service?.selector === undefined || service.selector === null || target === undefined) return [];
  const wanted = Object.entries(service.selector);
  return inventory.pods
    .filter((pod) => pod.namespace === dst.namespace && wanted.every(([key, value]) => pod.labels[key] === value))
    .flatMap((pod) => {
      const named = pod.ports.find((one) => one.name === target && one.protocol === protocol)?.port;
      const number = typeof target === 'number' ? target : named;
      return number === undefined ? [] : [{ dst: endpointOfPod(inventory, pod), port: number }];
    });
}
