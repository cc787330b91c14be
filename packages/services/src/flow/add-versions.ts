import { addFacts } from '@margay/flowstore';
import { EVIDENCE, type MergedEdge, peerKey } from '@margay/model';

/** Edges between the same things, port and outcome added up: a rollout changes a workload's version, not what the graph shows. The newest version speaks for all. */
export function addVersions(edges: readonly MergedEdge[]): MergedEdge[] {
  const byKey = new Map<string, MergedEdge>();
  for (const edge of edges) {
    const key = [peerKey(edge.src), peerKey(edge.dst), edge.protocol, edge.port, edge.action].join('\n');
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
