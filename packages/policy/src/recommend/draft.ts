import { type Cidr, containsCidr, formatCidr } from '../address/cidr.ts';
import type { PeerWords, RangeSource } from './end.ts';
import type { Lesson } from './lesson.ts';
import { addSighting, type Sighting, type Sightings } from './sighting.ts';
import type { Unit } from './unit.ts';

/** One peer of a policy to be, with the ports it was seen on. */
export interface DraftEntry {
  peer: UnitPeer | RangePeer;
  readonly ports: Sightings;
}
export interface UnitPeer {
  readonly kind: 'unit';
  readonly unit: Unit;
}
export interface RangePeer {
  readonly kind: 'range';
  readonly cidr: Cidr;
  readonly source: RangeSource;
}
export type RangeEntry = DraftEntry & { readonly peer: RangePeer };

const SOURCES: readonly RangeSource[] = ['node', 'bucket', 'outside'];

/** The lessons of one unit in one direction, added up by peer and port; blocks that a wider one covers on a port are merged into it. */
export function draftEntries(lessons: readonly Lesson[]): DraftEntry[] {
  const entries = new Map<string, DraftEntry>();
  for (const lesson of lessons) {
    for (const { key, peer } of peersOf(lesson)) {
      const entry = entries.get(key) ?? { peer, ports: new Map() };
      entries.set(key, entry);
      entry.peer = mergePeers(entry.peer, peer);
      addSighting(entry.ports, toSighting(lesson));
    }
  }
  const all = [...entries.values()];
  return [...all.filter((entry) => !isRange(entry)), ...absorbRanges(all.filter(isRange))];
}

export const isRange = (entry: DraftEntry): entry is RangeEntry => entry.peer.kind === 'range';

function peersOf({ peer }: Lesson): { key: string; peer: DraftEntry['peer'] }[] {
  if (peer.kind === 'unit') return [{ key: peer.unit.key, peer: { kind: 'unit', unit: peer.unit } }];
  return peer.cidrs.map((cidr) => ({ key: formatCidr(cidr), peer: { kind: 'range', cidr, source: peer.source } }));
}

/** An address that was seen as a node's and as its own is a node's, whatever came first. */
function mergePeers(a: DraftEntry['peer'], b: DraftEntry['peer']): DraftEntry['peer'] {
  if (a.kind !== 'range' || b.kind !== 'range') return a;
  return SOURCES.indexOf(a.source) <= SOURCES.indexOf(b.source) ? a : b;
}

function toSighting({ protocol, port, edge, pairedWith, peer, backends }: Lesson): Sighting {
  return {
    protocol,
    port,
    edges: new Set(pairedWith === null ? [edge] : []),
    peers: new Set([peerText(peer.words)]),
    pairedWith: new Set(pairedWith === null ? [] : [pairedWith]),
    backends,
  };
}

const peerText = ({ namespace, name }: PeerWords) => (namespace === null ? name : `${namespace}/${name}`);

/** A port that a wider block has too needs no entry for the narrower one: the policy would say it twice. */
function absorbRanges(entries: readonly RangeEntry[]): DraftEntry[] {
  const kept: RangeEntry[] = [];
  for (const entry of [...entries].sort((a, b) => a.peer.cidr.prefix - b.peer.cidr.prefix)) {
    for (const wider of kept) {
      if (!containsCidr(wider.peer.cidr, entry.peer.cidr)) continue;
      for (const [key, sighting] of entry.ports) {
        if (!wider.ports.has(key)) continue;
        addSighting(wider.ports, sighting);
        entry.ports.delete(key);
      }
    }
    if (entry.ports.size > 0) kept.push(entry);
  }
  return kept;
}
