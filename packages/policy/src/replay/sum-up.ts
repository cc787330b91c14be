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
export function compareReplayed(a: ReplayedEdge, b: ReplayedEdge): number {
  return (
    PLACES[a.outcome] - PLACES[b.outcome] ||
    b.edge.connectionsStarted - a.edge.connectionsStarted ||
    b.edge.lastSeenMs - a.edge.lastSeenMs ||
    compareBytes(peerKey(a.edge.src), peerKey(b.edge.src)) ||
    compareBytes(peerKey(a.edge.dst), peerKey(b.edge.dst)) ||
    a.edge.protocol - b.edge.protocol ||
    a.edge.port - b.edge.port ||
    compareBytes(restOf(a.edge), restOf(b.edge))
  );
}

const PLACES = Object.fromEntries(OUTCOMES.map((outcome, place) => [outcome, place])) as Record<Outcome, number>;

/** What can still tell two edges apart that look the same: versions of the peers, the Service, the action. */
const restOf = ({ srcId, dstId, service, action, evidence }: MergedEdge) =>
  JSON.stringify([srcId, dstId, service?.namespace, service?.name, action, evidence]);
