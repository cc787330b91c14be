import { type Hash64, type MergedEdge, NO_ID, type Peer } from '@margay/model';
import { mergedFacts, type Pair } from './merge-sides.ts';

/** Most pairs of a remembered sum are shown again and again. */
const shown = new WeakMap<Pair, MergedEdge>();

/** A pair as the answer shows it; null while a definition of one of its peers is still on its way. The same object for the same pair, once all its peers are known. */
export function toEdge(pair: Pair, peers: ReadonlyMap<Hash64, Peer>): MergedEdge | null {
  const known = shown.get(pair);
  if (known) return known;
  const edge = makeEdge(pair, peers);
  if (edge && (pair.serviceId === NO_ID || peers.has(pair.serviceId))) shown.set(pair, edge);
  return edge;
}

function makeEdge(pair: Pair, peers: ReadonlyMap<Hash64, Peer>): MergedEdge | null {
  const src = peers.get(pair.srcId);
  const dst = peers.get(pair.dstId);
  if (!src || !dst) return null;
  const addressed = peers.get(pair.serviceId) ?? (dst.kind === 'service' ? dst : undefined);
  const facts = mergedFacts(pair);
  // Field by field: twice as fast as a spread, and this is done for every edge of every answer.
  return {
    bytesForward: facts.bytesForward,
    packetsForward: facts.packetsForward,
    bytesReverse: facts.bytesReverse,
    packetsReverse: facts.packetsReverse,
    connectionsStarted: facts.connectionsStarted,
    connectionsCompleted: facts.connectionsCompleted,
    firstSeenMs: facts.firstSeenMs,
    lastSeenMs: facts.lastSeenMs,
    srcId: pair.srcId,
    src,
    dstId: pair.dstId,
    dst,
    protocol: pair.protocol,
    port: pair.port,
    service: addressed?.kind === 'service' ? { namespace: addressed.namespace, name: addressed.name } : null,
    action: pair.action,
    evidence: pair.evidence,
    seenAt: { src: pair.src !== null, dst: pair.dst !== null },
    flows: facts.flows,
  };
}
