import { peerKey, portText } from '@margay/model';
import { compareText } from './compare-text.ts';
import { confidenceOf, type Look } from './confidence.ts';
import { dnsName } from './dns-name.ts';
import { timesOf } from './observed-times.ts';
import { plainText } from './plain-text.ts';
import { comparePorts, onePort } from './port.ts';
import { replicaShare } from './replica-share.ts';
import { isSeen, type Sighting } from './sighting.ts';
import type { EvidenceEdge, ObservedEdge, RuleEvidence } from './types.ts';
import type { Unit } from './unit.ts';
import { listWords, sortedTexts } from './words.ts';

/** What evidence is measured against: whose rule it is, and how the look was. */
export interface EvidenceContext {
  readonly unit: Unit;
  readonly direction: 'ingress' | 'egress';
  readonly look: Look;
}

/** The rest is on the flows page. */
const EDGES_SHOWN = 20;

/** The evidence of one rule. An edge counts once, whatever number of its entries it stands behind. */
export function toEvidence(sightings: readonly Sighting[], { unit, direction, look }: EvidenceContext): RuleEvidence {
  const edges = [...new Set(sightings.flatMap((sighting) => [...sighting.edges]))];
  const sum = (value: (edge: ObservedEdge) => number) => edges.reduce((total, edge) => total + value(edge), 0);
  const times = (value: (edge: ObservedEdge) => number) => edges.map(value).sort((a, b) => a - b);
  const replicas = replicaShare(unit, direction, edges);
  const backends = Math.max(0, ...sightings.filter(isGuessed).map((sighting) => sighting.backends));
  return {
    connections: sum((edge) => edge.connectionsStarted),
    flows: sum((edge) => edge.flows),
    bytes: sum((edge) => edge.bytesForward + edge.bytesReverse),
    firstSeenMs: times((edge) => edge.firstSeenMs)[0] ?? null,
    lastSeenMs: times((edge) => edge.lastSeenMs).at(-1) ?? null,
    peers: sortedTexts(sightings.flatMap(({ peers }) => [...peers])),
    ports: [...new Set(sightings.filter(isSeen).sort(comparePorts).map(onePort))],
    services: sortedTexts(edges.map(serviceText).filter((text) => text !== null)),
    note: noteOf(sightings, backends),
    edges: edges.map(toEvidenceEdge).sort(compareEdges).slice(0, EDGES_SHOWN),
    edgeCount: edges.length,
    observed: timesOf(edges),
    replicas,
    dnsNames: direction === 'egress' ? sortedTexts(edges.flatMap(({ dnsNames = [] }) => dnsNames.map(dnsName))) : [],
    confidence: confidenceOf({ look, edges, replicas, backends }),
  };
}

function toEvidenceEdge({ src, dst, protocol, port, connectionsStarted, firstSeenMs, lastSeenMs }: ObservedEdge) {
  return {
    src: plainText(peerKey(src)),
    dst: plainText(peerKey(dst)),
    port: portText(protocol, port),
    connections: connectionsStarted,
    firstSeenMs,
    lastSeenMs,
  };
}

/** Busiest first; any order but the input's among equals. */
function compareEdges(a: EvidenceEdge, b: EvidenceEdge): number {
  return b.connections - a.connections || compareText(JSON.stringify(a), JSON.stringify(b));
}

function serviceText({ service, dst }: ObservedEdge): string | null {
  const named = service ?? (dst.kind === 'service' ? dst : null);
  return named === null ? null : `${plainText(named.namespace)}/${plainText(named.name)}`;
}

/** "TCP 53: paired with UDP 53, not seen itself". */
function noteOf(sightings: readonly Sighting[], backends: number): string | null {
  const unseen = sightings.filter((sighting) => !isSeen(sighting)).sort(comparePorts);
  const notes = unseen.map(
    (one) => `${onePort(one)}: paired with ${listWords(sortedTexts(one.pairedWith))}, not seen itself`,
  );
  if (backends > 0) notes.push(`seen only as a Service: any of the ${backends} backends behind it may have answered`);
  return notes.length > 0 ? [...new Set(notes)].join('; ') : null;
}

/** Every edge behind it names a Service with several backends: whether this one answered nobody saw. */
const isGuessed = ({ edges, backends }: Sighting) =>
  backends > 1 && edges.size > 0 && [...edges].every(({ dst }) => dst.kind === 'service');
