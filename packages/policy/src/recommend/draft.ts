import { type Cidr, containsCidr, formatCidr } from '../address/cidr.ts';
import { groupBy } from '../inventory/group-by.ts';
import { compareText } from './compare-text.ts';
import type { PeerWords, RangeSource } from './end.ts';
import type { Externals, RangeGroup } from './externals.ts';
import type { Lesson } from './lesson.ts';
import { addSighting, isSeen, type Sighting, type Sightings } from './sighting.ts';
import type { Unit } from './unit.ts';
import { sortedTexts } from './words.ts';

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
  /** Null for what stands for itself. */
  readonly group: RangeGroup | null;
}
export type RangeEntry = DraftEntry & { readonly peer: RangePeer };

const SOURCES: readonly RangeSource[] = ['node', 'bucket', 'outside'];

/**
 * The lessons of one unit in one direction, added up by peer and port; addresses outside put together as far as they may,
 * blocks that a wider one covers on a port merged into it.
 */
export function draftEntries(lessons: readonly Lesson[], externals: Externals): DraftEntry[] {
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
  return [
    ...all.filter((entry) => !isRange(entry)),
    ...absorbRanges(joinOutside(absorbRanges(all.filter(isRange)), externals)),
  ];
}

export const isRange = (entry: DraftEntry): entry is RangeEntry => entry.peer.kind === 'range';

function peersOf({ peer }: Lesson): { key: string; peer: DraftEntry['peer'] }[] {
  if (peer.kind === 'unit') return [{ key: peer.unit.key, peer: { kind: 'unit', unit: peer.unit } }];
  return peer.cidrs.map((cidr) => ({
    key: formatCidr(cidr),
    peer: { kind: 'range', cidr, source: peer.source, group: null },
  }));
}

/** An address that was seen as a node's and as its own is a node's, whatever came first. */
function mergePeers(a: DraftEntry['peer'], b: DraftEntry['peer']): DraftEntry['peer'] {
  if (a.kind !== 'range' || b.kind !== 'range') return a;
  return SOURCES.indexOf(a.source) <= SOURCES.indexOf(b.source) ? a : b;
}

function toSighting({ protocol, port, edge, pairedWith, peer, backends, direction }: Lesson): Sighting {
  return {
    protocol,
    port,
    edges: new Set(pairedWith === null ? [edge] : []),
    peers: new Set([peerText(peer.words)]),
    pairedWith: new Set(pairedWith === null ? [] : [pairedWith]),
    backends,
    outgoing: direction === 'egress',
  };
}

const peerText = ({ namespace, name }: PeerWords) => (namespace === null ? name : `${namespace}/${name}`);

/** Addresses outside of one group that were seen on the same ports, as few blocks. Only those: a block on a port that half of it was seen on would be wider. */
function joinOutside(entries: readonly RangeEntry[], { groupOf, cover }: Externals): RangeEntry[] {
  const outside = entries.filter(({ peer }) => peer.source === 'outside');
  const grouped = outside.map((entry) => ({ entry, group: groupOf(entry.peer.cidr, dnsNamesOf(entry)) }));
  const alike = groupBy(grouped, ({ entry, group }) =>
    JSON.stringify([entry.peer.cidr.family, group, portSignature(entry)]),
  );
  const joined = [...alike.values()].flatMap((members) => {
    const group = members[0]?.group ?? null;
    const own = members.map(({ entry }) => entry).sort((a, b) => compareValues(a.peer.cidr, b.peer.cidr));
    const blocks = cover(
      own.map(({ peer }) => peer.cidr),
      group,
    );
    return fill([...blocks].sort(compareValues), own).map(
      ({ cidr, ports }): RangeEntry => ({ peer: { kind: 'range', cidr, source: 'outside', group }, ports }),
    );
  });
  return [...entries.filter(({ peer }) => peer.source !== 'outside'), ...joined];
}

const compareValues = (a: Cidr, b: Cidr) => (a.value === b.value ? 0 : a.value < b.value ? -1 : 1);

const emptySightings = (): Sightings => new Map();

/** Blocks that are apart with the ports of the entries in each, both in order: one walk, as there may be thousands. */
function fill(blocks: readonly Cidr[], entries: readonly RangeEntry[]): { cidr: Cidr; ports: Sightings }[] {
  const filled = blocks.map((cidr) => ({ cidr, ports: emptySightings() }));
  let place = 0;
  for (const { peer, ports } of entries) {
    while (place < filled.length - 1 && !containsCidr(blocks[place] ?? peer.cidr, peer.cidr)) place++;
    for (const one of ports.values()) addSighting(filled[place]?.ports ?? new Map(), one);
  }
  return filled;
}

/** A name says something of the address only where this workload asked for it. */
const dnsNamesOf = ({ ports }: RangeEntry) =>
  [...ports.values()].flatMap(({ edges, outgoing }) =>
    outgoing ? [...edges].flatMap(({ dnsNames = [] }) => dnsNames) : [],
  );

/** Entries share a rule only where each of them was seen on each of its ports. */
export const portSignature = ({ ports }: DraftEntry) =>
  sortedTexts([...ports].map(([key, sighting]) => (isSeen(sighting) ? key : `${key} unseen`))).join(', ');

/** A port that a wider block has too needs no entry for the narrower one: the policy would say it twice. */
function absorbRanges(entries: readonly RangeEntry[]): RangeEntry[] {
  const kept: RangeEntry[] = [];
  // A single address holds no other: among thousands of them only the blocks are looked through.
  const blocks: RangeEntry[] = [];
  for (const entry of [...entries].sort(compareRanges)) {
    const { family, prefix } = entry.peer.cidr;
    for (const wider of blocks) {
      if (!containsCidr(wider.peer.cidr, entry.peer.cidr)) continue;
      for (const [key, sighting] of entry.ports) {
        if (!wider.ports.has(key)) continue;
        addSighting(wider.ports, sighting);
        entry.ports.delete(key);
      }
    }
    if (entry.ports.size === 0) continue;
    kept.push(entry);
    if (prefix < (family === 4 ? 32 : 128)) blocks.push(entry);
  }
  return kept;
}

/** Wider first; of the same block the one with more ports, which takes the others' in, and then any order but the input's. */
function compareRanges(a: RangeEntry, b: RangeEntry): number {
  const byBlock = a.peer.cidr.prefix - b.peer.cidr.prefix || compareValues(a.peer.cidr, b.peer.cidr);
  return byBlock || b.ports.size - a.ports.size || compareText(rangeText(a), rangeText(b));
}

const rangeText = (entry: RangeEntry) => JSON.stringify([portSignature(entry), entry.peer.group]);
