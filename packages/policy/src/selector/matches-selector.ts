import type { LabelSelector, LabelSelectorRequirement } from '../kubernetes.ts';
import { compileSelector } from './compile-selector.ts';
import type { LabelLookup, Selector, SelectorNode } from './selector.ts';
import { allOf } from './selector-pool.ts';

export type Labels = Readonly<Record<string, string>>;

/** Selectors recur: each is compiled once, and forgotten with the object that wrote it. */
const compiled = new WeakMap<LabelSelector, Selector>();

/** Whether a Kubernetes label selector matches. The empty selector matches all; NotIn matches an absent label; an unknown operator matches nothing. Source: Kubernetes API reference, LabelSelector. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  const known = compiled.get(selector) ?? compileSelector(nodeOf(selector));
  compiled.set(selector, known);
  return known.matches(lookupIn(labels));
}

/** A label's value; undefined where the label is absent, also for keys such as `constructor` that every object inherits. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

const lookupIn = (labels: Labels): LabelLookup => ({ get: (key) => labelOf(labels, key) });

function nodeOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): SelectorNode {
  const equal = Object.entries(matchLabels).map(([label, value]): SelectorNode => ({ op: '==', label, value }));
  return allOf(...equal, ...matchExpressions.map(requirementNode));
}

function requirementNode({ key: label, operator, values = [] }: LabelSelectorRequirement): SelectorNode {
  switch (operator) {
    case 'In':
      return { op: 'in', label, values };
    case 'NotIn':
      return { op: 'not in', label, values };
    case 'Exists':
      return { op: 'has', label };
    case 'DoesNotExist':
      return { op: 'not', operand: { op: 'has', label } };
    default:
      return { op: 'not', operand: { op: 'all' } };
  }
}
