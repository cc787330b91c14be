import { IMPLIED, mapLabels } from '../selector/prefix-labels.ts';
import type { SelectorNode } from '../selector/selector.ts';

/** The conjuncts of a selector over flat labels, by what they are about. */
export interface MemberTerms {
  /** Only pods: no network set, no host endpoint. */
  readonly onlyPods: boolean;
  /** Names of namespaces that the member must be in; two different ones match nothing. */
  readonly inNamespaces: readonly string[];
  /** Labels of the member's namespace, without their prefix. */
  readonly namespaces: readonly SelectorNode[];
  /** Whatever has a namespace. */
  readonly inAnyNamespace: boolean;
  /** Whatever has none. */
  readonly inNone: boolean;
  /** The rest: the member's own labels, and its service account's. */
  readonly own: readonly SelectorNode[];
}

export function splitMember(node: SelectorNode): MemberTerms {
  const terms = conjuncts(node);
  const isAbout = (label: string) => (term: SelectorNode) => 'label' in term && term.label === label;
  const isOf = (term: SelectorNode) => isAbout(IMPLIED.namespace)(term) || isAbout(IMPLIED.orchestrator)(term);
  const [lent, others] = divide(terms, (term) =>
    labelsOf(term).every((label) => label.startsWith(IMPLIED.namespacePrefix)),
  );
  const [implied, rest] = divide(others, isOf);
  const names = implied.filter((term) => term.op === '==' && term.label === IMPLIED.namespace);
  const isHasNamespace = (term: SelectorNode) => term.op === 'has' && term.label === IMPLIED.namespace;
  const isPod = (term: SelectorNode) => term.op === '==' && term.label === IMPLIED.orchestrator && term.value === 'k8s';
  const isNone = (term: SelectorNode) => term.op === 'not' && isHasNamespace(term.operand);
  const [none, own] = divide(rest, isNone);
  const strange = implied.filter((term) => !names.includes(term) && !isHasNamespace(term) && !isPod(term));
  return {
    onlyPods: implied.some(isPod),
    inNamespaces: [...new Set(names.map((term) => ('value' in term ? term.value : '')))],
    namespaces: lent.map((term) => mapLabels(term, (label) => label.slice(IMPLIED.namespacePrefix.length))),
    inAnyNamespace: implied.some(isHasNamespace),
    inNone: none.length > 0,
    own: [...own, ...strange],
  };
}

/** A selector as alternatives without a top-level `or`; as it stands where that would be too many. */
export function alternatives(node: SelectorNode): readonly SelectorNode[] {
  const terms = conjuncts(node);
  const choice = terms.findIndex((term) => term.op === 'or' && sameLabelValues(term) === null);
  const chosen = terms[choice];
  if (chosen === undefined || chosen.op !== 'or' || chosen.operands.length > ALTERNATIVES_MAX) return [node];
  const others = terms.filter((_, place) => place !== choice);
  const each = chosen.operands.flatMap((operand) => alternatives({ op: 'and', operands: [...others, operand] }));
  return each.length > ALTERNATIVES_MAX ? [node] : each;
}
const ALTERNATIVES_MAX = 32;

/** `a == "x" || a in {"y"}`: the label and its values; null where it is anything else. */
export function sameLabelValues(node: SelectorNode): { label: string; values: readonly string[] } | null {
  if (node.op === '==') return { label: node.label, values: [node.value] };
  if (node.op === 'in') return { label: node.label, values: node.values };
  if (node.op !== 'or') return null;
  const parts = node.operands.map(sameLabelValues);
  const label = parts[0]?.label;
  if (label === undefined || !parts.every((part) => part?.label === label)) return null;
  return { label, values: parts.flatMap((part) => part?.values ?? []) };
}

export function conjuncts(node: SelectorNode): readonly SelectorNode[] {
  if (node.op === 'all' || node.op === 'global') return [];
  return node.op === 'and' ? node.operands.flatMap(conjuncts) : [node];
}

/** Every label that a selector asks about; one that asks about none belongs to nobody's. */
function labelsOf(node: SelectorNode): readonly string[] {
  const found = (one: SelectorNode): readonly string[] => {
    if ('label' in one) return [one.label];
    if ('operand' in one) return found(one.operand);
    return 'operands' in one ? one.operands.flatMap(found) : [''];
  };
  const labels = found(node);
  return labels.length === 0 ? [''] : labels;
}

function divide<T>(all: readonly T[], belongs: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(belongs), all.filter((one) => !belongs(one))];
}
