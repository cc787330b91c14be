import type { ClusterModel, Member, Pod } from '../model/cluster.ts';
import type { PolicyModel } from '../model/policy.ts';
import type { AddressGrid } from './address-grid.ts';
import type { SideTerm } from './compile-rules.ts';
import { type ConnectionPool, NONE } from './connection-pool.ts';
import { sideConnections } from './side-connections.ts';
import { createSplitter } from './splitter.ts';
import type { Spot } from './spot.ts';

/** Spots that no policy tells apart. */
export interface EndClass {
  readonly id: number;
  /** Any of its spots. */
  readonly spot: Spot;
  /** Policies that select it, by their place in the list; empty where none can. */
  readonly selectedBy: readonly number[];
}
export interface EndClasses {
  readonly all: readonly EndClass[];
  readonly of: (spot: Spot) => EndClass;
  /** Connection set (pool number) that a term leaves when an end of the class stands there. */
  readonly value: (term: number, endClass: number) => number;
  /** The classes for which that is not empty, ascending. */
  readonly matching: (term: number) => readonly number[];
}
export interface ClassesInput {
  readonly cluster: ClusterModel;
  readonly policies: readonly PolicyModel[];
  readonly terms: readonly SideTerm[];
  readonly grid: AddressGrid;
  readonly pool: ConnectionPool;
}

export function classifyEnds(spots: readonly Spot[], input: ClassesInput): EndClasses {
  const { cluster, policies, terms, pool } = input;
  const { kinds, kindOf } = groupAlike(spots, input.grid);
  // Each thing that tells kinds apart splits the groups that it finds; what it does not match keeps its group.
  const split = createSplitter(kinds.length);
  const values = terms.map((term) => {
    const row = Int32Array.from(kinds, ({ end }) => pool.idOf(sideConnections(term, end, cluster)));
    split.by(row.keys(), (kind) => row[kind] ?? NONE);
    return row;
  });
  const selectedBy = kinds.map(({ end: { pod } }) =>
    pod === null ? [] : policies.flatMap((policy, place) => (governs(policy, pod) ? [place] : [])),
  );
  split.byText(selectedBy.map((list) => list.join()));
  split.byText(kinds.map(({ end: { pod }, family }) => `${pod === null ? '-' : pod.profile !== null}/${family}`));
  return merge({ kinds, kindOf, values, selectedBy, groups: split.groups() });
}

const governs = ({ governsPods, namespace, subject }: PolicyModel, pod: Pod) =>
  governsPods && (namespace === '' || namespace === pod.namespace) && subject.matches(pod.labels);

interface Split {
  readonly kinds: readonly Spot[];
  readonly kindOf: (spot: Spot) => number;
  readonly values: readonly Int32Array[];
  readonly selectedBy: readonly (readonly number[])[];
  readonly groups: Int32Array;
}

function merge({ kinds, kindOf, values, selectedBy, groups }: Split): EndClasses {
  const classOfGroup = new Map<number, number>();
  const firstKind: number[] = [];
  const classOfKind = Array.from(groups, (group, kind) => {
    const known = classOfGroup.get(group);
    if (known !== undefined) return known;
    classOfGroup.set(group, firstKind.length);
    return firstKind.push(kind) - 1;
  });
  const all = firstKind.flatMap((kind, id) => {
    const spot = kinds[kind];
    return spot === undefined ? [] : [{ id, spot, selectedBy: selectedBy[kind] ?? [] }];
  });
  const byClass = values.map((row) => Int32Array.from(firstKind, (kind) => row[kind] ?? NONE));
  const matching = byClass.map((row) => [...row.keys()].filter((id) => row[id] !== NONE));
  return {
    all,
    of: (spot) => {
      const found = all[classOfKind[kindOf(spot)] ?? -1];
      if (found === undefined) throw new RangeError('the end was not classified');
      return found;
    },
    value: (term, endClass) => byClass[term]?.[endClass] ?? NONE,
    matching: (term) => matching[term] ?? [],
  };
}

/** Spots with the same labels, ports and cell are alike whatever the policies say: most pods of a workload. */
function groupAlike(spots: readonly Spot[], grid: AddressGrid) {
  const numbers = new Map<unknown, number>();
  const numberOf = (thing: unknown) => {
    if (!numbers.has(thing)) numbers.set(thing, numbers.size);
    return numbers.get(thing);
  };
  const memberKey = ({ labels, ports }: Member) => `${numberOf(labels)}:${numberOf(JSON.stringify(ports))}`;
  const keyOf = ({ end: { pod, ranges, members }, family }: Spot) => {
    const [range] = ranges;
    const cell = range === undefined ? '' : grid.cellOf(range);
    return `${pod === null ? '-' : numberOf(pod.profile)}|${family}|${cell}|${members.map(memberKey).join()}`;
  };
  const kinds: Spot[] = [];
  const kindOfKey = new Map<string, number>();
  const kindOfSpot = new Map<Spot, number>();
  for (const spot of spots) {
    const key = keyOf(spot);
    const known = kindOfKey.get(key);
    kindOfSpot.set(spot, known ?? kinds.length);
    if (known === undefined) kindOfKey.set(key, kinds.push(spot) - 1);
  }
  return { kinds, kindOf: (spot: Spot) => kindOfSpot.get(spot) ?? -1 };
}

/** A packet has one family: ends with addresses of different ones never meet. */
export const fits = ({ spot: a }: EndClass, { spot: b }: EndClass) =>
  a.family === null || b.family === null || a.family === b.family;
