import type { MergedEdge } from '@margay/model';
import type { Header } from '../classifier/header-rows.ts';
import type { Direction } from '../model/policy.ts';
import type { HeaderCaseFinder } from './header-cases.ts';
import type { Decided, Judge, JudgedEnd } from './judge.ts';
import type { Outcome, ReplayCase } from './types.ts';
import { certainOutcome, unidentifiedOf } from './unidentified.ts';
import type { ViewPair } from './views.ts';

export interface JudgedCase<E extends JudgedEnd> {
  readonly end: E;
  /** Of its address; null where it has none. */
  readonly family: 4 | 6 | null;
  /** As in `PeerCase`. */
  readonly port: number | null;
  readonly what: string;
}
/** A recorded peer with its cases made ready. */
export interface JudgedPeer<E extends JudgedEnd> {
  /** Its place among the peers of a replay. */
  readonly number: number;
  readonly cases: readonly JudgedCase<E>[];
  /** The only case of a peer that is identified; null: there are others. */
  readonly only: JudgedCase<E> | null;
  readonly why: string;
  readonly unidentified: string | null;
  /** All of its cases are alike in both views. */
  readonly alike: Readonly<Record<Direction, boolean>>;
}
/** An example of what the edge may have been: enough to trace it. */
export interface Instance<E extends JudgedEnd> {
  readonly src: E;
  readonly dst: E;
  readonly header: Header;
}
export interface Compared<E extends JudgedEnd> {
  readonly outcome: Outcome;
  readonly instance: Instance<E>;
  readonly why: string | null;
  readonly cases: readonly ReplayCase[];
}

/** Beyond so many combinations the edge is undecided unless those tried disagree already. */
const TRIED_MAX = 2_000;

type Dimension = 'src' | 'dst' | 'header';
interface Tried<E extends JudgedEnd> extends ReplayCase {
  readonly instance: Instance<E>;
}

/** Compares what both views make of an edge, in every way that policies can tell apart and the record cannot. */
export function createComparison<E extends JudgedEnd>(judge: Judge<E>, headers: HeaderCaseFinder, views: ViewPair) {
  const headerOf = (protocol: number, port: number, from: JudgedCase<E>, to: JudgedCase<E>) =>
    headers.only({ family: familyBetween(from.family, to.family), protocol, port: to.port ?? port });
  return {
    /** Of what nearly every edge is, one case at each end and all of it recorded; null: another. */
    quick: (protocol: number, port: number, src: JudgedPeer<E>, dst: JudgedPeer<E>): Decided | null => {
      if (src.alike.egress && dst.alike.ingress) return 'unchanged';
      const [from, to] = [src.only, dst.only];
      const header = from === null || to === null ? null : headerOf(protocol, port, from, to);
      return header === null || from === null || to === null ? null : judge.outcome(from.end, to.end, header);
    },
    full: (edge: MergedEdge, src: JudgedPeer<E>, dst: JudgedPeer<E>, known: Decided | null): Compared<E> => {
      const [from, to] = [src.only, dst.only];
      const header = from === null || to === null ? null : headerOf(edge.protocol, edge.port, from, to);
      if (known !== null && header !== null && from !== null && to !== null)
        return { outcome: known, instance: { src: from.end, dst: to.end, header }, why: null, cases: [] };
      const combinations = combine(edge, src, dst, headers);
      const first = combinations.list[0] as Combination<E>;
      if (known !== null) return { outcome: known, instance: first.instance, why: null, cases: [] };
      const unidentified = unidentifiedOf(src, dst);
      if (unidentified === null) return compareAll(judge, combinations);
      const isPortKnown = edge.dst.kind !== 'service';
      const direction = src.unidentified === null ? 'egress' : 'ingress';
      const certain = certainOutcome(views, combinations.list, { direction, isPortKnown });
      if (certain !== null) return { outcome: certain, instance: first.instance, why: null, cases: [] };
      const compared = compareAll(judge, combinations);
      const cases = compared.outcome === 'undecided' ? compared.cases : [{ what: '', outcome: compared.outcome }];
      return { ...compared, outcome: 'undecided', why: unidentified, cases };
    },
  };
}

function compareAll<E extends JudgedEnd>(judge: Judge<E>, { list, whys }: Combinations<E>): Compared<E> {
  const judged = (one: Instance<E>) => judge.outcome(one.src, one.dst, one.header);
  const examples = new Map<Outcome, Tried<E>>();
  for (const { instance, what } of list.slice(0, TRIED_MAX)) {
    const outcome = judged(instance);
    if (!examples.has(outcome)) examples.set(outcome, { instance, what: what.join(', '), outcome });
  }
  const tried = [...examples.values()];
  const { instance, outcome } = tried[0] as Tried<E>;
  const cases = tried.map((one) => ({ what: one.what, outcome: one.outcome }));
  const undecided = (why: string): Compared<E> => ({ outcome: 'undecided', instance, why, cases });
  if (tried.length > 1) return undecided(whyOf(list, whys, { outcomeOf: judged, from: instance }));
  if (list.length > TRIED_MAX) return undecided('there are too many ways in which it may have been');
  return { outcome, instance, why: null, cases: [] };
}

export interface Combination<E extends JudgedEnd> {
  readonly instance: Instance<E>;
  readonly what: readonly string[];
}

interface Combinations<E extends JudgedEnd> {
  /** At least one. */
  readonly list: readonly Combination<E>[];
  /** Why there are several, by what varies. */
  readonly whys: ReadonlyMap<Dimension, string>;
}

function combine<E extends JudgedEnd>(
  { protocol, port }: MergedEdge,
  src: JudgedPeer<E>,
  dst: JudgedPeer<E>,
  headersOf: HeaderCaseFinder,
): Combinations<E> {
  const list: (Combination<E> & { fits: boolean })[] = [];
  const whys = new Map<Dimension, string>();
  if (src.cases.length > 1) whys.set('src', src.why);
  if (dst.cases.length > 1) whys.set('dst', dst.why);
  for (const from of src.cases) {
    for (const to of dst.cases) {
      const [a, b] = [from.end.twin.before, to.end.twin.before];
      const asked = { family: familyBetween(from.family, to.family), protocol, port: to.port ?? port };
      const headers = headersOf.all(asked, { src: a.members, dst: b.members });
      if (headers.cases.length > 1) whys.set('header', headers.why);
      for (const { header, what } of headers.cases) {
        const words = [src.cases.length > 1 ? from.what : '', dst.cases.length > 1 ? to.what : '', what];
        const instance = { src: from.end, dst: to.end, header };
        // A packet has one family.
        list.push({ instance, what: words.filter((word) => word !== ''), fits: header.family !== null });
      }
    }
  }
  const meeting = list.filter(({ fits }) => fits);
  return { list: meeting.length > 0 ? meeting : list, whys };
}

type OutcomeOf<E extends JudgedEnd> = (instance: Instance<E>) => Outcome;

/** As `familyOf` has it, of ends with at most one address. */
function familyBetween(a: 4 | 6 | null, b: 4 | 6 | null): Header['family'] {
  if (a === null) return b ?? 4;
  return b === null || a === b ? a : null;
}

/** The dimensions that change the outcome by themselves; all where none does. */
function whyOf<E extends JudgedEnd>(
  list: readonly Combination<E>[],
  whys: ReadonlyMap<Dimension, string>,
  { outcomeOf, from }: { outcomeOf: OutcomeOf<E>; from: Instance<E> },
): string {
  const at = outcomeOf(from);
  const varies = ([dimension]: readonly [Dimension, string]) =>
    list.some(({ instance }) => {
      const others = (['src', 'dst'] as const).filter((one) => one !== dimension);
      return others.every((one) => instance[one] === from[one]) && outcomeOf(instance) !== at;
    });
  const guilty = [...whys].filter(varies);
  return (guilty.length > 0 ? guilty : [...whys]).map(([, why]) => why).join(', ');
}
