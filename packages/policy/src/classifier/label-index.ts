import { IMPLIED } from '../selector/prefix-labels.ts';
import type { LabelLookup, Selector, SelectorNode } from '../selector/selector.ts';

/** Finds which of many selectors can match some labels, without asking each. */
export interface LabelIndex<T> {
  /** A null selector is a candidate for everything. */
  readonly add: (selector: Selector | null, value: T) => void;
  /** Everything that was added with this selector and value, gone. */
  readonly remove: (selector: Selector | null, value: T) => void;
  /** Whatever may match: all that do, and some that do not. A value may come twice. */
  readonly candidates: (labels: LabelLookup) => readonly T[];
  /** Those for which the index knows no label that must be there. */
  readonly unindexed: () => readonly T[];
}

/** A label that must be there; `value` null: with whatever value. */
interface Term {
  readonly label: string;
  readonly value: string | null;
}
interface Bucket<T> {
  readonly byValue: Map<string, T[]>;
  readonly any: T[];
}

export function createLabelIndex<T>(): LabelIndex<T> {
  const byLabel = new Map<string, Bucket<T>>();
  const rest: T[] = [];
  const listOf = ({ label, value }: Term): T[] => {
    const bucket: Bucket<T> = byLabel.get(label) ?? { byValue: new Map(), any: [] };
    byLabel.set(label, bucket);
    if (value === null) return bucket.any;
    const list = bucket.byValue.get(value) ?? [];
    bucket.byValue.set(value, list);
    return list;
  };
  const listsOf = (selector: Selector | null) => {
    const terms = selector === null ? null : requiredTerms(selector.node);
    return terms === null ? [rest] : terms.map(listOf);
  };
  return {
    add: (selector, value) => {
      for (const list of listsOf(selector)) list.push(value);
    },
    remove: (selector, value) => {
      for (const list of listsOf(selector)) {
        const place = list.indexOf(value);
        if (place >= 0) list.splice(place, 1);
      }
    },
    candidates: (labels) => {
      const found = [...rest];
      for (const [label, { byValue, any }] of byLabel) {
        const value = labels.get(label);
        if (value === undefined) continue;
        for (const one of any) found.push(one);
        for (const one of byValue.get(value) ?? []) found.push(one);
      }
      return found;
    },
    unindexed: () => rest,
  };
}

/** One of these terms holds wherever the selector matches. Null: no such terms are known. */
function requiredTerms(node: SelectorNode): readonly Term[] | null {
  switch (node.op) {
    case '==':
      return [{ label: node.label, value: node.value }];
    case 'in':
      return node.values.map((value) => ({ label: node.label, value }));
    case 'has':
    case 'contains':
    case 'starts with':
    case 'ends with':
      return [{ label: node.label, value: null }];
    case 'and':
      return node.operands
        .map(requiredTerms)
        .reduce((best, terms) => (weight(terms) < weight(best) ? terms : best), null);
    case 'or': {
      const parts = node.operands.map(requiredTerms);
      return parts.some((terms) => terms === null) ? null : parts.flatMap((terms) => terms ?? []);
    }
    default:
      return null;
  }
}

/** How much a term lets through, roughly: a value of the pod's own label least, its namespace's more, a label with any value most. */
function weight(terms: readonly Term[] | null): number {
  if (terms === null) return Number.POSITIVE_INFINITY;
  return terms.reduce((sum, { label, value }) => sum + weightOf(label, value), 0);
}

function weightOf(label: string, value: string | null): number {
  // Every pod has it, and with the same value.
  if (value === null || label === IMPLIED.orchestrator) return 1000;
  return label.startsWith('projectcalico.org/') || label.startsWith('pcns.') || label.startsWith('pcsa.') ? 100 : 1;
}
