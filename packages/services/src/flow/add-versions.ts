import { addFacts } from '@margay/flowstore';
import { EVIDENCE, type Hash64, type MergedEdge, type Peer, peerKey } from '@margay/model';

/** Edges between the same things, port and outcome added up: a rollout changes a workload's version, not what the graph shows. The newest version speaks for all. */
export function addVersions(edges: readonly MergedEdge[]): MergedEdge[] {
  const byKey = new Map<string, MergedEdge>();
  const keys = new Map<Hash64, string>();
  const keyOf = (id: Hash64, peer: Peer) => {
    const key = keys.get(id) ?? peerKey(peer);
    keys.set(id, key);
    return key;
  };
  for (const edge of edges) {
    const ends = `${keyOf(edge.srcId, edge.src)}\n${keyOf(edge.dstId, edge.dst)}`;
    const key = `${ends}\n${edge.protocol}/${edge.port}/${edge.action}`;
    const other = byKey.get(key);
    byKey.set(key, other ? add(other, edge) : edge);
  }
  return [...byKey.values()];
}

function add(a: MergedEdge, b: MergedEdge): MergedEdge {
  const newest = b.lastSeenMs > a.lastSeenMs ? b : a;
  return {
    ...newest,
    service: newest.service ?? a.service ?? b.service,
    evidence: EVIDENCE.indexOf(a.evidence) <= EVIDENCE.indexOf(b.evidence) ? a.evidence : b.evidence,
    seenAt: { src: a.seenAt.src || b.seenAt.src, dst: a.seenAt.dst || b.seenAt.dst },
    ...addFacts(a, b),
  };
}
