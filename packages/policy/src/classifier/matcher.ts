import type { Side } from '../model/policy.ts';
import type { Atom } from './atom-book.ts';
import { firstCommon, lowestBit } from './bit-vector.ts';
import { type CompiledClause, peerRole } from './clause.ts';
import { type EndValues, NO_VALUES, valuesText } from './end-values.ts';
import { createHeaderRows, type Header, type HeaderPart } from './header-rows.ts';
import type { Role } from './peer-condition.ts';
import { createPeerMask, createPeerRows, MASK_CLAUSES } from './peer-rows.ts';
import type { HeaderPorts } from './port-classes.ts';

/** Finds the deciding clause of a list without looking at each. */
export interface Matcher {
  /** The first clause of a tier (by its place) that matches a packet whose other end is of this atom; −1: none. */
  readonly first: (peer: Atom, header: Header, tier: number) => number;
}
interface Whole {
  readonly clauses: readonly CompiledClause[];
  /** Where the clauses of each tier are: `[from, to)`. */
  readonly tiers: readonly (readonly [number, number])[];
  readonly ports: HeaderPorts;
}

/** Rows are made when they are first asked for, and kept: per atom, and per class of ports and protocol. */
export function createMatcher(whole: Whole): Matcher {
  const { clauses } = whole;
  const places = [...clauses.keys()];
  const isLate = ({ peer }: CompiledClause) => peer?.hasValues === true;
  const [early, late] = [places, places].map((all, which) =>
    all.filter((place) => isLate(clauses[place] as CompiledClause) === (which === 1)),
  );
  const firstEarly = createPart(whole, early ?? []);
  if (late === undefined || late.length === 0) return { first: firstEarly };
  const lateParts = createLateParts(whole, late);
  return {
    first: (atom, header, tier) => {
      const found = firstEarly(atom, header, tier);
      const part = lateParts(atom);
      if (part === null) return found;
      const other = part(atom, header, tier);
      return other < 0 || (found >= 0 && found < other) ? found : other;
    },
  };
}

/** The clauses at these places, ascending. `peerValues`: what names at the other end mean, for those that all of them are about. */
function createPart(
  { clauses, tiers, ports }: Whole,
  places: readonly number[],
  peerValues?: (clause: CompiledClause) => EndValues,
): Matcher['first'] {
  const own = places.map((place) => clauses[place] as CompiledClause);
  const partsAt = (role: Role) =>
    own.map((clause): HeaderPart => {
      const isPeer = peerRole(clause.direction) === role;
      return { rule: clause.rule, values: isPeer ? (peerValues?.(clause) ?? NO_VALUES) : clause.own };
    });
  const targetRow = createHeaderRows(partsAt('destination'), 'destination', ports.destination);
  const sourceRow = own.some(({ rule }) => hasPorts(rule.source))
    ? createHeaderRows(partsAt('source'), 'source', ports.source)
    : null;
  const lows = tiers.map(([from]) => notBelow(places, from));
  const highs = tiers.map(([, to]) => notBelow(places, to));
  if (own.length <= MASK_CLAUSES) {
    const peerMask = createPeerMask(own);
    const spans = lows.map((low, tier) => spanOf(low, highs[tier] as number));
    return (atom, header, tier) => {
      const span = spans[tier] as number;
      if (span === 0) return -1;
      const headers = targetRow(header).words[0] as number;
      const sources = sourceRow === null ? -1 : (sourceRow(header).words[0] as number);
      const left = headers & sources & span;
      if (left === 0) return -1;
      const found = left & peerMask(atom);
      return found === 0 ? -1 : (places[lowestBit(found)] as number);
    };
  }
  const peerRow = createPeerRows(own);
  return (atom, header, tier) => {
    const [low, high] = [lows[tier] as number, highs[tier] as number];
    if (low === high) return -1;
    const sources = sourceRow === null ? null : sourceRow(header);
    const bit = firstCommon(peerRow(atom), targetRow(header), sources, low, high);
    return bit < 0 ? bit : (places[bit] as number);
  };
}

const hasPorts = ({ ports, notPorts }: Side) => ports !== null || notPorts !== null;

/**
 * Clauses whose ports are what the other end says they are: by atom, those that hold there with what they mean there. Atoms for which that is the
 * same share it; null: none holds.
 */
function createLateParts(whole: Whole, late: readonly number[]) {
  const { clauses } = whole;
  const ids = new Set(late.map((place) => clauses[place]?.peer?.id ?? -1));
  const known: (Matcher['first'] | null | undefined)[] = [];
  const byText = new Map<string, Matcher['first']>();
  const make = ({ values }: Atom) => {
    const held = [...values].filter(([id]) => ids.has(id));
    if (held.length === 0) return null;
    const text = held.map(([id, value]) => `${id}=${valuesText(value)}`).join();
    const there = new Map(held);
    const places = late.filter((place) => there.has(clauses[place]?.peer?.id ?? -1));
    const part = byText.get(text) ?? createPart(whole, places, ({ peer }) => there.get(peer?.id ?? -1) ?? NO_VALUES);
    byText.set(text, part);
    return part;
  };
  return (atom: Atom) => {
    const part = known[atom.id];
    if (part !== undefined) return part;
    const made = make(atom);
    known[atom.id] = made;
    return made;
  };
}

/** The bits from `low` up to but not including `high`. */
const spanOf = (low: number, high: number) =>
  low === high ? 0 : (-1 << low) & (high === MASK_CLAUSES ? -1 : ~(-1 << high));

function notBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
