import type { EdgeInput, Topology } from '@margay/graph';
import type { Peer } from '@margay/model';

/** Which drawn node a peer is: itself, or the collapsed group it stands in. Null where neither is drawn. */
export function drawnNodes(topology: Topology, edges: readonly EdgeInput[]): (key: string) => string | null {
  const ids = new Set(topology.nodes.map((node) => node.id));
  const called = new Set(edges.map((edge) => edge.dstKey));
  const peers = new Map(edges.flatMap((edge) => [[edge.srcKey, edge.src] as const, [edge.dstKey, edge.dst] as const]));
  return (key) => {
    if (ids.has(key)) return key;
    const peer = peers.get(key);
    const group = peer ? groupIdOf(peer, called.has(key)) : namespaceIn(key);
    return group !== null && ids.has(group) ? group : null;
  };
}

/** As @margay/graph groups: outside peers that only call stand apart from those that are called. */
function groupIdOf(peer: Peer, isCalled: boolean): string {
  switch (peer.kind) {
    case 'workload':
    case 'service':
      return `namespace/${peer.namespace}`;
    case 'node':
      return 'nodes';
    case 'unknown':
      return 'unknown';
    case 'external':
    case 'cidr':
      return isCalled ? 'outside' : 'callers';
  }
}

/** A workload without traffic is known by its key alone. */
function namespaceIn(key: string): string | null {
  const namespace = /^(?:workload|service)\/([^/]+)\//.exec(key)?.[1];
  return namespace ? `namespace/${namespace}` : null;
}
