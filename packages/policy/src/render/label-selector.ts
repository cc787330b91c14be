import type { SelectorNode } from '../selector/selector.ts';
import { sameLabelValues } from './member-terms.ts';
import type { Refuse } from './reason.ts';

/** A Kubernetes LabelSelector, with no more fields than it needs. */
export interface WrittenSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}
type Expression = NonNullable<WrittenSelector['matchExpressions']>[number];

/** Conjuncts as a Kubernetes selector, which has equality, sets and presence only. The empty one is everything. */
export function writeLabelSelector(terms: readonly SelectorNode[], refuse: Refuse): WrittenSelector | null {
  const labels = new Map<string, string>();
  const expressions: Expression[] = [];
  for (const term of terms) {
    if (term.op === '==' && !labels.has(term.label)) {
      labels.set(term.label, term.value);
      continue;
    }
    const expression = expressionOf(term);
    if (expression === null)
      return refuse(
        'a condition on labels that Kubernetes has no operator for',
        'In, NotIn, Exists and DoesNotExist, all at once',
      );
    expressions.push(expression);
  }
  return {
    ...(labels.size > 0 ? { matchLabels: Object.fromEntries([...labels].sort(([a], [b]) => (a < b ? -1 : 1))) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

/** The same for labels of pods: what only Calico lends them, such as their service account, is none. */
export function writePodSelector(terms: readonly SelectorNode[], refuse: Refuse): WrittenSelector | null {
  const written = writeLabelSelector(terms, refuse);
  const keys = [...Object.keys(written?.matchLabels ?? {}), ...(written?.matchExpressions ?? []).map(({ key }) => key)];
  const isLent = keys.some((key) => key.startsWith('projectcalico.org/') || key.startsWith('pcsa.'));
  return isLent ? refuse('it selects by service account, or by what only Calico knows', 'labels of pods') : written;
}

function expressionOf(term: SelectorNode): Expression | null {
  const isNot = term.op === 'not';
  const inner = isNot ? term.operand : term;
  if (inner.op === 'has') return { key: inner.label, operator: isNot ? 'DoesNotExist' : 'Exists' };
  const set = sameLabelValues(inner);
  if (set !== null) return setExpression(set, isNot ? 'NotIn' : 'In');
  if (inner.op === '!=') return setExpression({ label: inner.label, values: [inner.value] }, isNot ? 'In' : 'NotIn');
  return inner.op === 'not in' ? setExpression(inner, isNot ? 'In' : 'NotIn') : null;
}

/** Without values nothing is in, and everything is not in: the one has no words, the other needs none. */
function setExpression(
  { label, values }: { label: string; values: readonly string[] },
  operator: string,
): Expression | null {
  return values.length === 0 ? null : { key: label, operator, values: [...new Set(values)].sort() };
}
