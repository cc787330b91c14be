import { type MergedEdge, peerKey } from '@margay/model';
import { compareBytes } from '../order/compare-bytes.ts';
import { OUTCOMES, type Outcome, type ReplayedEdge, type ReplaySum } from './types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Adds edges up by outcome. */
export function createTally() {
  const sums = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, { edges: 0, connections: 0, bytes: 0, firstSeenMs: null, lastSeenMs: null }]),
  ) as unknown as Record<Outcome, Mutable<ReplaySum>>;
  return {
    add: (outcome: Outcome, edge: MergedEdge) => {
      const sum = sums[outcome];
      sum.edges++;
      sum.connections += edge.connectionsStarted;
      sum.bytes += edge.bytesForward + edge.bytesReverse;
      if (sum.firstSeenMs === null || edge.firstSeenMs < sum.firstSeenMs) sum.firstSeenMs = edge.firstSeenMs;
      if (sum.lastSeenMs === null || edge.lastSeenMs > sum.lastSeenMs) sum.lastSeenMs = edge.lastSeenMs;
    },
    sums: (): Readonly<Record<Outcome, ReplaySum>> => sums,
  };
}

/** What is worst first: by outcome, then what was used most and last, then by names. Total: equal only for the same edge. */
export function sortReplayed(edges: readonly ReplayedEdge[]): ReplayedEdge[] {
  const byOutcome = new Map(OUTCOMES.map((outcome): [Outcome, ReplayedEdge[]] => [outcome, []]));
  for (const one of edges) byOutcome.get(one.outcome)?.push(one);
  return [...byOutcome.values()].flatMap((list) => list.sort((a, b) => compareEdges(a.edge, b.edge)));
}

const compareEdges = (a: MergedEdge, b: MergedEdge) =>
  b.connectionsStarted - a.connectionsStarted ||
  b.lastSeenMs - a.lastSeenMs ||
  compareBytes(peerKey(a.src), peerKey(b.src)) ||
  compareBytes(peerKey(a.dst), peerKey(b.dst)) ||
  a.protocol - b.protocol ||
  a.port - b.port ||
  compareBytes(restOf(a), restOf(b));

/** What can still tell two edges apart that look the same: versions of the peers, the Service, the action. */
const restOf = ({ srcId, dstId, service, action, evidence }: MergedEdge) =>
  JSON.stringify([srcId, dstId, service?.namespace, service?.name, action, evidence]);
