import type { MergedEdge } from '@margay/model';
import { plainText } from './plain-text.ts';
import { isSeen, type Sighting } from './sighting.ts';
import type { RuleEvidence } from './types.ts';
import { comparePorts, listWords, onePort, sortedTexts } from './words.ts';

/** The evidence of one rule. An edge counts once, whatever number of its entries it stands behind. */
export function toEvidence(sightings: readonly Sighting[]): RuleEvidence {
  const edges = [...new Set(sightings.flatMap((sighting) => [...sighting.edges]))];
  const sum = (value: (edge: MergedEdge) => number) => edges.reduce((total, edge) => total + value(edge), 0);
  const times = (value: (edge: MergedEdge) => number) => edges.map(value).sort((a, b) => a - b);
  return {
    connections: sum((edge) => edge.connectionsStarted),
    flows: sum((edge) => edge.flows),
    bytes: sum((edge) => edge.bytesForward + edge.bytesReverse),
    firstSeenMs: times((edge) => edge.firstSeenMs)[0] ?? null,
    lastSeenMs: times((edge) => edge.lastSeenMs).at(-1) ?? null,
    peers: sortedTexts(sightings.flatMap(({ peers }) => [...peers])),
    ports: [...new Set(sightings.filter(isSeen).sort(comparePorts).map(onePort))],
    services: sortedTexts(edges.map(serviceText).filter((text) => text !== null)),
    note: noteOf(sightings),
  };
}

function serviceText({ service, dst }: MergedEdge): string | null {
  const named = service ?? (dst.kind === 'service' ? dst : null);
  return named === null ? null : `${plainText(named.namespace)}/${plainText(named.name)}`;
}

/** "TCP 53: paired with UDP 53, not seen itself". */
function noteOf(sightings: readonly Sighting[]): string | null {
  const unseen = sightings.filter((sighting) => !isSeen(sighting)).sort(comparePorts);
  const notes = unseen.map(
    (one) => `${onePort(one)}: paired with ${listWords(sortedTexts(one.pairedWith))}, not seen itself`,
  );
  const backends = Math.max(0, ...sightings.filter(isGuessed).map((sighting) => sighting.backends));
  if (backends > 0) notes.push(`seen only as a Service: any of the ${backends} backends behind it may have answered`);
  return notes.length > 0 ? [...new Set(notes)].join('; ') : null;
}

/** Every edge behind it names a Service with several backends: whether this one answered nobody saw. */
const isGuessed = ({ edges, backends }: Sighting) =>
  backends > 1 && edges.size > 0 && [...edges].every(({ dst }) => dst.kind === 'service');
