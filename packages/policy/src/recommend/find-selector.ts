import type { LabelSelector } from '../kubernetes.ts';
import { compareText } from './compare-text.ts';
import type { Bearer, LabelSpace } from './label-space.ts';
import { excludingTerms, isIdentity, isVolatile, meetsTerm, sharedTerms, type Term } from './label-terms.ts';

export interface FoundSelector {
  readonly selector: LabelSelector;
  /** Workloads that it matches as well, because nothing tells them apart; empty when the selector is exact. */
  readonly strangers: readonly string[];
  /** It names no label that the pods carry, only such as they lack (or nothing): pods to come may match too. */
  readonly byAbsence: boolean;
}

/** Beyond this many labels only the greedy search looks; three of 24 are 2,024 tries. */
const EXHAUSTIVE_TERMS = 24;
const EXHAUSTIVE_SIZE = 3;

/**
 * The smallest selector that matches all current pods of `owners` and no other workload of the namespace. It holds a label that says who they
 * are where they share one ("track: canary" alone would select the next canary too), releases only where nothing else tells, and labels
 * that strangers have and the owners lack only where shared ones do not suffice.
 */
export function findSelector(space: LabelSpace, owners: ReadonlySet<string>): FoundSelector {
  const wanted = [...owners].flatMap(space.current);
  const shared = sharedTerms(wanted);
  const lasting = shared.filter((term) => !isVolatile(term));
  const strangersOf = rememberStrangers(space, owners);
  const exact =
    searchSmallest(lasting, strangersOf, namesThem) ??
    searchSmallest(lasting, strangersOf) ??
    searchSmallest(shared, strangersOf, namesThem) ??
    searchSmallest(shared, strangersOf);
  if (exact !== null) return { selector: toSelector(exact), strangers: [], byAbsence: false };

  const everyone = space.all.filter(({ owner }) => !owners.has(owner));
  const narrowed = coverGreedily(shared, everyone);
  const excluded = coverGreedily(excludingTerms(wanted, narrowed.left), narrowed.left);
  const terms = prune([...narrowed.terms, ...excluded.terms], shared, everyone, excluded.left.length);
  return {
    selector: toSelector(terms),
    strangers: [...new Set(excluded.left.map(({ owner }) => owner))].sort(compareText),
    byAbsence: terms.every(({ operator }) => operator !== 'In'),
  };
}

const namesThem = (terms: readonly Term[]) => terms.some(isIdentity);

type StrangersOf = (term: Term) => ReadonlySet<Bearer>;

function rememberStrangers(space: LabelSpace, owners: ReadonlySet<string>): StrangersOf {
  const known = new Map<Term, ReadonlySet<Bearer>>();
  return (term) => {
    const strangers =
      known.get(term) ?? new Set(space.carrying(term.key, term.values).filter(({ owner }) => !owners.has(owner)));
    known.set(term, strangers);
    return strangers;
  };
}

/** The first of the smallest sets of terms, among those that `suits`, that no stranger matches. */
function searchSmallest(
  terms: readonly Term[],
  strangersOf: StrangersOf,
  suits: (subset: readonly Term[]) => boolean = () => true,
): Term[] | null {
  const candidates = terms.slice(0, EXHAUSTIVE_TERMS);
  for (let size = 1; size <= EXHAUSTIVE_SIZE; size++) {
    for (const subset of subsets(candidates, size)) {
      if (!suits(subset)) continue;
      const [first, ...others] = subset.map(strangersOf).sort((a, b) => a.size - b.size);
      if (first === undefined) return null;
      if (![...first].some((bearer) => others.every((set) => set.has(bearer)))) return subset;
    }
  }
  return null;
}

function* subsets<T>(items: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) yield [];
  for (let place = from; size > 0 && place <= items.length - size; place++) {
    for (const rest of subsets(items, size - 1, place + 1)) yield [items[place] as T, ...rest];
  }
}

/** Takes the term that keeps most strangers out, again and again; what is `left` no term keeps out. */
function coverGreedily(
  terms: readonly Term[],
  strangers: readonly Bearer[],
): { terms: Term[]; left: readonly Bearer[] } {
  const taken: Term[] = [];
  let left = strangers;
  while (left.length > 0) {
    let best: { term: Term; left: readonly Bearer[] } | null = null;
    for (const term of terms) {
      const remaining = left.filter(({ labels }) => meetsTerm(term, labels));
      if (remaining.length < (best?.left.length ?? left.length)) best = { term, left: remaining };
    }
    if (best === null) break;
    taken.push(best.term);
    left = best.left;
  }
  return { terms: taken, left };
}

/** Drops what later terms made needless; keeps one label that the pods do carry, where they share any. */
function prune(terms: readonly Term[], shared: readonly Term[], strangers: readonly Bearer[], left: number): Term[] {
  const [best] = shared;
  let kept = best === undefined || terms.includes(best) ? [...terms] : [best, ...terms];
  for (const term of [...kept].reverse()) {
    const without = kept.filter((other) => other !== term);
    const isLastShared = shared.length > 0 && !without.some(({ operator }) => operator === 'In');
    const matching = strangers.filter(({ labels }) => without.every((other) => meetsTerm(other, labels)));
    if (!isLastShared && matching.length <= left) kept = without;
  }
  return kept;
}

function toSelector(terms: readonly Term[]): LabelSelector {
  const isPlain = ({ operator, values }: Term) => operator === 'In' && values.length === 1;
  const sorted = [...terms].sort((a, b) => compareText(a.key, b.key) || compareText(a.operator, b.operator));
  const labels = sorted.filter(isPlain).map(({ key, values }) => [key, values[0] ?? ''] as const);
  const expressions = sorted.filter((term) => !isPlain(term));
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0
      ? {
          matchExpressions: expressions.map(({ key, operator, values }) =>
            values.length > 0 ? { key, operator, values } : { key, operator },
          ),
        }
      : {}),
  };
}
