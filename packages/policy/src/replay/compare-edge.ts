import type { MergedEdge } from '@margay/model';
import { familyOf } from '../engine/ends.ts';
import type { Packet } from '../model/packet.ts';
import type { Direction } from '../model/policy.ts';
import type { Header, HeaderCaseFinder } from './header-cases.ts';
import type { Judge, JudgedEnd } from './judge.ts';
import type { Outcome, ReplayCase } from './types.ts';

/** A recorded peer with its cases made ready. */
export interface JudgedPeer<E extends JudgedEnd> {
  readonly cases: readonly { readonly end: E; readonly port: number | null; readonly what: string }[];
  readonly why: string;
  readonly unidentified: string | null;
  /** All of its cases are alike in both views. */
  readonly alike: Readonly<Record<Direction, boolean>>;
}
/** An example of what the edge may have been: enough to trace it. */
export interface Instance<E extends JudgedEnd> {
  readonly src: E;
  readonly dst: E;
  readonly header: Header & Pick<Packet, 'family'>;
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
export function createComparison<E extends JudgedEnd>(judge: Judge<E>, headersOf: HeaderCaseFinder) {
  const outcomeOf = ({ src, dst, header }: Instance<E>): ReplayCase['outcome'] => {
    const [was, is] = [judge.allows('before', src, dst, header), judge.allows('after', src, dst, header)];
    return was === is ? 'unchanged' : was ? 'newly-denied' : 'newly-allowed';
  };

  return (edge: MergedEdge, src: JudgedPeer<E>, dst: JudgedPeer<E>): Compared<E> => {
    const combinations = combine(edge, src, dst, headersOf);
    const [any] = combinations.list;
    if (any === undefined) throw new RangeError('a peer without a case');
    if (src.alike.egress && dst.alike.ingress)
      return { outcome: 'unchanged', instance: any.instance, why: null, cases: [] };
    const examples = new Map<Outcome, Tried<E>>();
    const cut = combinations.list.length > TRIED_MAX;
    for (const { instance, what } of combinations.list.slice(0, TRIED_MAX)) {
      const outcome = outcomeOf(instance);
      if (!examples.has(outcome)) examples.set(outcome, { instance, what: what.join(', '), outcome });
    }
    const tried = [...examples.values()];
    const first = tried[0] as Tried<E>;
    const cases = tried.map(({ what, outcome }) => ({ what, outcome }));
    const unidentified = [
      ...(src.unidentified !== null && !dst.alike.ingress ? [src.unidentified] : []),
      ...(dst.unidentified !== null && !src.alike.egress ? [dst.unidentified] : []),
    ];
    if (unidentified.length > 0)
      return { outcome: 'undecided', instance: first.instance, why: unidentified.join(', '), cases };
    if (tried.length > 1) {
      const why = combinations.whyOf(outcomeOf, first.instance);
      return { outcome: 'undecided', instance: first.instance, why, cases };
    }
    if (cut) return { outcome: 'undecided', instance: first.instance, why: 'there are too many ways to tell', cases };
    return { outcome: first.outcome, instance: first.instance, why: null, cases: [] };
  };
}

interface Combination<E extends JudgedEnd> {
  readonly instance: Instance<E>;
  readonly what: readonly string[];
}

function combine<E extends JudgedEnd>(
  edge: MergedEdge,
  src: JudgedPeer<E>,
  dst: JudgedPeer<E>,
  headersOf: HeaderCaseFinder,
) {
  const list: (Combination<E> & { fits: boolean })[] = [];
  const whys = new Map<Dimension, string>();
  if (src.cases.length > 1) whys.set('src', src.why);
  if (dst.cases.length > 1) whys.set('dst', dst.why);
  for (const from of src.cases) {
    for (const to of dst.cases) {
      const ends = { src: from.end.twin.before, dst: to.end.twin.before };
      const headers = headersOf(edge, to.port ?? edge.port, { src: ends.src.members, dst: ends.dst.members });
      if (headers.cases.length > 1) whys.set('header', headers.why);
      const fits = areOneFamily(ends.src.ranges[0]?.family, ends.dst.ranges[0]?.family);
      const family = familyOf(ends.src, ends.dst);
      for (const { header, what } of headers.cases) {
        const words = [...(src.cases.length > 1 ? [from.what] : []), ...(dst.cases.length > 1 ? [to.what] : []), what];
        const instance = { src: from.end, dst: to.end, header: { ...header, family } };
        list.push({ instance, what: words.filter((word) => word !== ''), fits });
      }
    }
  }
  const meeting = list.filter(({ fits }) => fits);
  const kept = meeting.length > 0 ? meeting : list;
  return { list: kept, whyOf: (outcomeOf: OutcomeOf<E>, from: Instance<E>) => whyOf(kept, whys, { outcomeOf, from }) };
}

type OutcomeOf<E extends JudgedEnd> = (instance: Instance<E>) => Outcome;

/** A packet has one family. */
const areOneFamily = (a: 4 | 6 | undefined, b: 4 | 6 | undefined) => a === undefined || b === undefined || a === b;

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
