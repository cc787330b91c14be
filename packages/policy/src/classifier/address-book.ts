import type { AddressRange } from '../address/address-range.ts';
import { createAddressGrid } from '../connectivity/address-grid.ts';
import { rangesEnd } from '../engine/ends.ts';
import type { ClusterModel, Pod } from '../model/cluster.ts';
import { type Intervals, interval, pairsOf, subtractIntervals, unionIntervals } from '../sets/intervals.ts';
import type { Atom, AtomBook, PlacedEnd } from './atom-book.ts';
import { type EndValues, NO_VALUES, valuesText } from './end-values.ts';
import type { PeerCondition } from './peer-condition.ts';

/** Which addresses are whom conditions mean. */
export interface AddressBook {
  /** One entry for each meaning that port names and Service of the condition have somewhere; just one where there are none. */
  readonly of: (condition: PeerCondition) => readonly AddressMeaning[];
}
export interface AddressMeaning {
  readonly values: EndValues;
  readonly ranges: readonly AddressRange[];
}

interface Places extends Pick<AtomBook, 'place' | 'conditions'> {
  /** A pod at each of its addresses. */
  readonly placesOf: (pod: Pod) => readonly PlacedEnd[];
}
type Space = Readonly<Record<4 | 6, Intervals<bigint>>>;
interface Found {
  readonly values: EndValues;
  readonly pods: AddressRange[];
  readonly outside: AddressRange[];
}

/** Everything that has an address, looked at once: pods at each of theirs, and the space around them between the cuts that conditions make. */
export function createAddressBook(cluster: ClusterModel, atoms: Places): AddressBook {
  const found = new Map<number, Map<string, Found>>();
  const note = (atom: Atom, range: AddressRange, kind: 'pods' | 'outside') => {
    for (const id of atom.conditions) {
      const values = atom.values.get(id) ?? NO_VALUES;
      const byText = found.get(id) ?? new Map<string, Found>();
      found.set(id, byText);
      const text = valuesText(values);
      const entry = byText.get(text) ?? { values, pods: [], outside: [] };
      byText.set(text, entry);
      entry[kind].push(range);
    }
  };
  const taken: AddressRange[] = [];
  for (const pod of cluster.pods) {
    if (!pod.isGoverned) continue;
    for (const { end, atom } of atoms.placesOf(pod)) {
      const [range] = end.ranges;
      if (range === undefined || cluster.lookup.podAt(range) !== pod) continue;
      note(atom, range, 'pods');
      taken.push(range);
    }
  }
  const grid = createAddressGrid(cutsOf(cluster, atoms.conditions));
  for (const family of [4, 6] as const)
    for (const cell of grid.cellsOf(family)) note(atoms.place(rangesEnd(cluster, [cell])).atom, cell, 'outside');
  const pods = spaceOf(taken);
  return {
    of: (condition) => {
      const entries = [...(found.get(condition.id) ?? new Map<string, Found>())];
      if (entries.length === 0) return condition.hasValues ? [] : [{ values: NO_VALUES, ranges: [] }];
      return entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, entry]) => ({ values: entry.values, ranges: rangesOf(entry, pods) }));
    },
  };
}

/** Whatever divides addresses that are no pod's. */
function cutsOf({ networkSets, hostEndpoints, nodes, lookup }: ClusterModel, conditions: readonly PeerCondition[]) {
  return [
    ...conditions.flatMap(({ side: { nets, notNets } }) => [...(nets ?? []), ...notNets]),
    ...[...networkSets, ...hostEndpoints].flatMap(({ ranges }) => ranges),
    ...(conditions.some(({ side }) => side.nodes !== null) ? nodes.flatMap(({ addresses }) => addresses) : []),
    ...conditions.flatMap(({ side: { service } }) =>
      service === null ? [] : lookup.slicesOf(service.namespace, service.name).flatMap(({ addresses }) => addresses),
    ),
  ];
}

/** What lies outside less what pods have, and the pods that it is true of. */
function rangesOf({ pods: own, outside }: Found, pods: Space): AddressRange[] {
  const inside = spaceOf(own);
  const around = spaceOf(outside);
  return ([4, 6] as const).flatMap((family) =>
    pairsOf(unionIntervals(subtractIntervals(around[family], pods[family]), inside[family])).map(
      ([first, end]): AddressRange => ({ family, first, last: end - 1n }),
    ),
  );
}

function spaceOf(ranges: readonly AddressRange[]): Space {
  const of = (family: 4 | 6) => {
    const merged: bigint[] = [];
    const own = ranges.filter((range) => range.family === family).sort((a, b) => (a.first < b.first ? -1 : 1));
    for (const { first, last } of own) {
      const [start, end] = [merged.at(-2), merged.at(-1)];
      if (start === undefined || end === undefined || first > end) merged.push(...interval(first, last + 1n));
      else if (last >= end) merged[merged.length - 1] = last + 1n;
    }
    return merged;
  };
  return { 4: of(4), 6: of(6) };
}
