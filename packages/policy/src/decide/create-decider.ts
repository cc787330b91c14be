import type { Inventory, MergedEdge, PolicyRef, Verdict } from '@margay/model';
import type { Endpoint } from '../evaluate/endpoint.ts';
import { type Connection, evaluateDirection, selecting } from '../evaluate/evaluate.ts';
import { indexInventory } from '../inventory/cluster-index.ts';
import { groupBy } from '../inventory/group-by.ts';
import { resolveService } from '../inventory/resolve-service.ts';
import { parseNetworkPolicy } from '../parse/parse-network-policy.ts';
import type { Direction, ParsedPolicy } from '../parse/parsed-policy.ts';
import { backendEndpoint, peerEndpoint } from './peer-endpoint.ts';

export interface Decision {
  readonly verdict: Verdict;
  /** Policies that select an end in its direction, deciding first; empty when none does. */
  readonly decidedBy: PolicyRef[];
}
type Governing = (end: Endpoint, direction: Direction) => readonly ParsedPolicy[];

/**
 * Says of each edge what the cluster's policies have to do with it. What the kernel saw stands: only an edge that was denied is `denied`.
 * Deciding policies come first: those that allow an allowed edge, those that isolate the end which a denied one cannot pass.
 */
export function createDecider(inventory: Inventory): (edge: MergedEdge) => Decision {
  const index = indexInventory(inventory);
  const parsed = inventory.policies.map(parseNetworkPolicy).filter((policy) => policy !== null);
  const policies = groupBy(parsed, (policy) => policy.namespace);
  const endpointOf = remember(peerEndpoint.bind(null, index));
  const backendOf = remember(backendEndpoint.bind(null, index));
  const governing = rememberGoverning((end, direction) =>
    end.pod === null ? [] : selecting(policies.get(end.pod.namespace) ?? [], end, direction),
  );

  const connectionsOf = (edge: MergedEdge): Connection[] => {
    const { protocol, port, dst } = edge;
    const src = endpointOf(edge.srcId, edge.src);
    const asSeen = { src, dst: endpointOf(edge.dstId, dst), protocol, port };
    if (dst.kind !== 'service') return [asSeen];
    const { backends } = resolveService(index, { namespace: dst.namespace, name: dst.name, protocol, port });
    if (backends.length === 0) return [asSeen];
    return backends.map((backend) => {
      const end = backendOf(backend.kind === 'address' ? backend.address : backend.key, backend);
      return { src, dst: end, protocol, port: backend.port };
    });
  };
  return (edge) => decide(edge, connectionsOf(edge), governing);
}

/** Peers recur in thousands of edges; each becomes an endpoint once. */
function remember<T>(make: (value: T) => Endpoint): (id: string, value: T) => Endpoint {
  const known = new Map<string, Endpoint>();
  return (id, value) => {
    const endpoint = known.get(id) ?? make(value);
    known.set(id, endpoint);
    return endpoint;
  };
}

function rememberGoverning(compute: Governing): Governing {
  const known = {
    ingress: new Map<Endpoint, readonly ParsedPolicy[]>(),
    egress: new Map<Endpoint, readonly ParsedPolicy[]>(),
  };
  return (end, direction) => {
    const result = known[direction].get(end) ?? compute(end, direction);
    known[direction].set(end, result);
    return result;
  };
}

function decide(edge: MergedEdge, connections: readonly Connection[], governing: Governing): Decision {
  const deciding = new Map<string, PolicyRef>();
  const others = new Map<string, PolicyRef>();
  for (const connection of connections) {
    for (const direction of ['egress', 'ingress'] as const) {
      const end = direction === 'egress' ? connection.src : connection.dst;
      const result = evaluateDirection(governing(end, direction), direction, connection);
      const allowing = new Set(result.allowing.map(({ policy }) => policy));
      for (const policy of result.isolating) {
        const decides = edge.action === 'allow' ? allowing.has(policy) : !result.allowed;
        const { kind, namespace, name } = policy;
        const key = JSON.stringify([direction, namespace, name]);
        (decides ? deciding : others).set(key, { kind, namespace, name, direction });
      }
    }
  }
  for (const key of deciding.keys()) others.delete(key);
  const decidedBy = [...deciding.values(), ...others.values()];
  if (edge.action === 'deny') return { verdict: 'denied', decidedBy };
  return { verdict: decidedBy.length > 0 ? 'allowed' : 'none', decidedBy };
}
