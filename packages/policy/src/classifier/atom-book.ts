import { createAddressIndex } from '../cluster/address-index.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import type { Rule } from '../model/policy.ts';
import type { LabelLookup } from '../selector/selector.ts';
import { type EndValues, valuesText } from './end-values.ts';
import { createLabelIndex, type LabelIndex } from './label-index.ts';
import { describePeer, holdsAt, type PeerCondition, type Role } from './peer-condition.ts';

/** Ends that no condition of any rule tells apart. */
export interface Atom {
  readonly id: number;
  /** The conditions that hold, ascending. */
  readonly conditions: readonly number[];
  /** The same as bits; a condition beyond its end does not hold. */
  readonly bits: Int32Array;
  /** Of those with port names or a Service: what these mean here. */
  readonly values: ReadonlyMap<number, EndValues>;
}

/** An end with its atom, which is found anew only where conditions came since. */
export interface PlacedEnd {
  readonly end: End;
  atom: Atom;
  /** Of the atom; here too, so that the quickest of questions need not look at that. */
  atomId: number;
  /** How many conditions it was compared with. */
  seen: number;
}

/** The register of conditions, and of the atoms that they make. */
export interface AtomBook {
  readonly conditions: readonly PeerCondition[];
  /** Null: the rule takes anybody. */
  readonly conditionOf: (rule: Rule, role: Role) => PeerCondition | null;
  readonly place: (end: End) => PlacedEnd;
  /** Compares a placed end with what was registered since; true: its atom is another now. */
  readonly catchUp: (placed: PlacedEnd) => boolean;
}

/** What holds for labels alone, shared by all ends with the same labels object. */
interface LabelRecord {
  readonly held: number[];
  seen: number;
}

export function createAtomBook(cluster: ClusterModel): AtomBook {
  const conditions: PeerCondition[] = [];
  const byKey = new Map<string, PeerCondition>();
  const labelIndex = createLabelIndex<number>();
  const netIndex = createAddressIndex<number>([]);
  /** Of those that labels do not decide alone: the ones that no block of their own narrows down. */
  const otherIndex = createLabelIndex<number>();
  const byLabels = new WeakMap<LabelLookup, LabelRecord>();
  const atoms = new Map<string, Atom>();

  const register = (draft: Omit<PeerCondition, 'id'>): PeerCondition => {
    const condition = { ...draft, id: conditions.length };
    conditions.push(condition);
    byKey.set(condition.key, condition);
    const { nets, selector } = condition.side;
    if (isCached(condition)) labelIndex.add(selector, condition.id);
    else if (nets !== null) netIndex.add({ ranges: nets, value: condition.id });
    else otherIndex.add(selector, condition.id);
    return condition;
  };

  /** One member: its labels decide, whatever else is at the end. */
  const heldByLabels = (end: End): readonly number[] => {
    const [member, second] = end.members;
    if (member === undefined || second !== undefined) {
      return candidates(labelIndex, end).filter((id) => holds(id, end) !== null);
    }
    const record = byLabels.get(member.labels);
    if (record !== undefined && record.seen === conditions.length) return record.held;
    const held =
      record === undefined
        ? [...new Set(labelIndex.candidates(member.labels))].filter((id) => holds(id, end) !== null)
        : [...record.held, ...since(record.seen, end, isCached).map(([id]) => id)];
    byLabels.set(member.labels, { held, seen: conditions.length });
    return held;
  };

  const holds = (id: number, end: End) => {
    const condition = conditions[id];
    return condition === undefined ? null : holdsAt(cluster, condition, end);
  };

  const since = (seen: number, end: End, counts: (condition: PeerCondition) => boolean): Held[] => {
    const found: Held[] = [];
    for (let id = seen; id < conditions.length; id++) {
      const condition = conditions[id];
      if (condition === undefined || !counts(condition)) continue;
      const held = holdsAt(cluster, condition, end);
      if (held !== null) found.push([id, held]);
    }
    return found;
  };

  const intern = (held: readonly Held[]): Atom => {
    const sorted = [...held].sort(([a], [b]) => a - b);
    const text = sorted.map(([id, value]) => (value === 'plain' ? id : `${id}=${valuesText(value)}`)).join();
    const known = atoms.get(text);
    if (known !== undefined) return known;
    const values = sorted.filter((one): one is [number, EndValues] => one[1] !== 'plain');
    const ids = sorted.map(([id]) => id);
    const atom = { id: atoms.size, conditions: ids, bits: bitsOf(ids), values: new Map(values) };
    atoms.set(text, atom);
    return atom;
  };

  return {
    conditions,
    conditionOf: (rule, role) => {
      const draft = describePeer(rule, role);
      return draft === null ? null : (byKey.get(draft.key) ?? register(draft));
    },
    place: (end) => {
      const held: Held[] = heldByLabels(end).map((id) => [id, 'plain']);
      const may = new Set(candidates(otherIndex, end));
      for (const range of end.ranges) for (const id of netIndex.holding(range)) may.add(id);
      for (const id of may) {
        const found = holds(id, end);
        if (found !== null) held.push([id, found]);
      }
      const atom = intern(held);
      return { end, atom, atomId: atom.id, seen: conditions.length };
    },
    catchUp: (placed) => {
      if (placed.seen === conditions.length) return false;
      const { conditions: ids, values } = placed.atom;
      const found = since(placed.seen, placed.end, () => true);
      placed.seen = conditions.length;
      if (found.length === 0) return false;
      placed.atom = intern([...ids.map((id): Held => [id, values.get(id) ?? 'plain']), ...found]);
      placed.atomId = placed.atom.id;
      return true;
    },
  };
}

function bitsOf(ascending: readonly number[]): Int32Array {
  const bits = new Int32Array(((ascending.at(-1) ?? -1) >> 5) + 1);
  for (const id of ascending) bits[id >>> 5] = (bits[id >>> 5] as number) | (1 << (id & 31));
  return bits;
}

function candidates(index: LabelIndex<number>, { members }: End): readonly number[] {
  const may = new Set(index.unindexed());
  for (const { labels } of members) for (const id of index.candidates(labels)) may.add(id);
  return [...may];
}

type Held = readonly [id: number, EndValues | 'plain'];

/** Whether a condition is decided once for a labels object: ports are not part of it. */
const isCached = ({ byLabels, hasValues }: PeerCondition) => byLabels && !hasValues;
