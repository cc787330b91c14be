import { portText, VERDICTS, type Verdict } from '@margay/model';
import { byId } from './compare-text.ts';
import type { EdgeInput, Lens, TopologyEdge } from './types.ts';

const PORTS_MAX = 20;
/** What must be decided comes before what is calm. */
const WORST_FIRST: readonly Verdict[] = ['denied', 'none', 'allowed'];

export interface MergeOptions {
  readonly lens: Lens;
  readonly rangeMs: number;
  readonly newSinceMs: number | null;
  /** The node that a peer is drawn as. */
  readonly nodeOf: (key: string) => string;
}

/** One edge per pair of nodes; edges within a collapsed group lead from it to itself and are kept for the caller to count. */
export function mergeEdges(edges: readonly EdgeInput[], options: MergeOptions): TopologyEdge[] {
  const groups = new Map<string, EdgeInput[]>();
  for (const edge of edges) {
    const id = edgeId(options.nodeOf(edge.srcKey), options.nodeOf(edge.dstKey));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [edge]);
    else group.push(edge);
  }
  return [...groups].map(([id, group]) => mergeGroup(id, group, options)).sort(byId);
}

/** Names within come from a cluster that may be hostile: the length keeps two pairs from sharing an id. */
export const edgeId = (source: string, target: string) => `${source.length}:${source}>${target}`;

function mergeGroup(
  id: string,
  edges: readonly EdgeInput[],
  { lens, rangeMs, newSinceMs, nodeOf }: MergeOptions,
): TopologyEdge {
  const [first] = edges;
  const counts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, edges.filter((edge) => edge.verdict === verdict).length]),
  ) as Record<Verdict, number>;
  const sum = (value: (edge: EdgeInput) => number) => edges.reduce((total, edge) => total + value(edge), 0);
  const connections = sum((edge) => edge.connectionsStarted);
  const ports = portTexts(edges);
  const isNew = newSinceMs !== null && edges.some(({ firstSeenMs }) => firstSeenMs >= newSinceMs);
  return {
    id,
    source: nodeOf(first?.srcKey ?? ''),
    target: nodeOf(first?.dstKey ?? ''),
    verdict: WORST_FIRST.find((verdict) => counts[verdict] > 0) ?? 'none',
    counts,
    pairs: new Set(edges.map(({ srcKey, dstKey }) => edgeId(srcKey, dstKey))).size,
    ports: ports.slice(0, PORTS_MAX),
    portCount: ports.length,
    connections,
    bytes: sum((edge) => edge.bytesForward + edge.bytesReverse),
    connectionsPerSecond: rangeMs > 0 ? (connections * 1000) / rangeMs : 0,
    firstSeenMs: edges.reduce((least, edge) => Math.min(least, edge.firstSeenMs), Number.POSITIVE_INFINITY),
    lastSeenMs: edges.reduce((most, edge) => Math.max(most, edge.lastSeenMs), 0),
    isNew,
    inLens: lens === 'all' || (lens === 'new' ? isNew : counts[lens] > 0),
  };
}

function portTexts(edges: readonly EdgeInput[]): string[] {
  const byKey = new Map(edges.map(({ protocol, port }) => [protocol * 65_536 + port, portText(protocol, port)]));
  return [...byKey].sort(([a], [b]) => a - b).map(([, text]) => text);
}
