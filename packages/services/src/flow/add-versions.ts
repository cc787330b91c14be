import { addFacts } from '@margay/flowstore';
import { EVIDENCE, type Hash64, type MergedEdge, peerKey } from '@margay/model';

/** Edges between the same things, port and outcome added up: a rollout changes a workload's version, not what the graph shows. The newest version speaks for all. */
export function addVersions(edges: readonly MergedEdge[]): MergedEdge[] {
  const keys = new Map<Hash64, string>();
  for (const { srcId, src, dstId, dst } of edges) {
    if (!keys.has(srcId)) keys.set(srcId, peerKey(src));
    if (!keys.has(dstId)) keys.set(dstId, peerKey(dst));
  }
  // Few workloads have two versions at a time: all other edges are as they are.
  const versions = Map.groupBy(keys, ([, key]) => key);
  const isVersion = (id: Hash64) => (versions.get(keys.get(id) ?? '')?.length ?? 0) > 1;
  const single: MergedEdge[] = [];
  const byKey = new Map<string, MergedEdge>();
  for (const edge of edges) {
    const { srcId, dstId, protocol, port, action } = edge;
    if (!isVersion(srcId) && !isVersion(dstId)) {
      single.push(edge);
      continue;
    }
    const key = [keys.get(srcId), keys.get(dstId), protocol, port, action].join('\n');
    const other = byKey.get(key);
    byKey.set(key, other ? add(other, edge) : edge);
  }
  return byKey.size === 0 ? single : [...single, ...byKey.values()];
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
