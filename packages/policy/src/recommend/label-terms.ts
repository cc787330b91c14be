import type { LabelSelector, LabelSelectorRequirement } from '../kubernetes.ts';
import { type Labels, labelOf, matchesSelector } from '../selector/matches-selector.ts';
import { compareText } from './compare-text.ts';
import type { Bearer } from './label-space.ts';

/** One requirement of a selector; `In` with one value is written as a plain label. */
export type Term = LabelSelectorRequirement & { readonly values: string[] };

/** Keys that say who a workload is, best first. */
const IDENTITY_KEYS = [
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'app.kubernetes.io/component',
  'app.kubernetes.io/instance',
  'component',
  'name',
  'run',
  'role',
  'tier',
];
/** Keys whose value changes with the next release: only where nothing else tells workloads apart. */
const VOLATILE_KEY =
  /(^|[./-])(version|chart|revision|release|commit|build|date|timestamp|generation|hash|heritage|managed-by)$/i;

export const isIdentity = ({ key }: Term) => IDENTITY_KEYS.includes(key);
export const isVolatile = ({ key, values }: Term) => VOLATILE_KEY.test(key) || values.length > 1;

/** What all of `wanted` share: a label with one value, or one that takes a few. Best first. */
export function sharedTerms(wanted: readonly Labels[]): Term[] {
  const terms: Term[] = [];
  for (const key of Object.keys(wanted[0] ?? {})) {
    const values = wanted.map((labels) => labelOf(labels, key));
    if (values.some((value) => value === undefined)) continue;
    const distinct = [...new Set(values as string[])].sort(compareText);
    terms.push({ key, operator: 'In', values: distinct });
  }
  return terms.sort(compareTerms);
}

/** What keeps `strangers` out though they match all that `wanted` share: a label they have and the wanted lack. */
export function excludingTerms(wanted: readonly Labels[], strangers: readonly Bearer[]): Term[] {
  const keys = new Set(strangers.flatMap(({ labels }) => Object.keys(labels)));
  const terms: Term[] = [];
  for (const key of [...keys].sort(compareText)) {
    const own = new Set(wanted.map((labels) => labelOf(labels, key)));
    const theirs = strangers.map(({ labels }) => labelOf(labels, key)).filter((value) => value !== undefined);
    if (own.size === 1 && own.has(undefined)) terms.push({ key, operator: 'DoesNotExist', values: [] });
    const values = [...new Set(theirs)].filter((value) => !own.has(value)).sort(compareText);
    if (own.has(undefined) && own.size > 1 && values.length > 0) terms.push({ key, operator: 'NotIn', values });
  }
  return terms.sort(compareTerms);
}

/** Terms are tried on thousands of label sets: each has one selector. */
const selectors = new WeakMap<Term, LabelSelector>();

export function meetsTerm(term: Term, labels: Labels): boolean {
  const selector = selectors.get(term) ?? { matchExpressions: [term] };
  selectors.set(term, selector);
  return matchesSelector(selector, labels);
}

function compareTerms(a: Term, b: Term): number {
  const byStability = Number(isVolatile(a)) - Number(isVolatile(b));
  return byStability || rankOf(a.key) - rankOf(b.key) || compareText(a.key, b.key);
}

function rankOf(key: string): number {
  const place = IDENTITY_KEYS.indexOf(key);
  return place === -1 ? IDENTITY_KEYS.length : place;
}
