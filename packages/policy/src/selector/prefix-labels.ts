import type { SelectorNode } from './selector.ts';

const NAMESPACE = 'projectcalico.org/namespace';

/** The labels that Calico puts on members beside their own. */
export const IMPLIED = {
  namespace: NAMESPACE,
  serviceAccount: 'projectcalico.org/serviceaccount',
  orchestrator: 'projectcalico.org/orchestrator',
  /** Within `pcns.` and `pcsa.`: the name of the namespace or service account. */
  name: 'projectcalico.org/name',
  namespacePrefix: 'pcns.',
  serviceAccountPrefix: 'pcsa.',
} as const;

/** A namespaceSelector over the flat labels of members: `all()` is whatever has a namespace, `global()` what has none. */
export function overNamespaces(node: SelectorNode): SelectorNode {
  return rename(node, IMPLIED.namespacePrefix, { op: 'has', label: NAMESPACE });
}

/** A service-account selector over the flat labels of members. */
export function overServiceAccounts(node: SelectorNode): SelectorNode {
  return rename(node, IMPLIED.serviceAccountPrefix, null);
}

export const inNamespace = (namespace: string): SelectorNode => ({ op: '==', label: NAMESPACE, value: namespace });

/** What only pods have, of all members. */
export const IS_POD: SelectorNode & { readonly op: '==' } = { op: '==', label: IMPLIED.orchestrator, value: 'k8s' };

function rename(node: SelectorNode, prefix: string, all: SelectorNode | null): SelectorNode {
  const prefixed = mapLabels(node, (label) => `${prefix}${label}`);
  return all === null ? prefixed : replaceAll(prefixed, all);
}

/** The same conditions on other labels. */
export function mapLabels(node: SelectorNode, to: (label: string) => string): SelectorNode {
  if ('label' in node) return { ...node, label: to(node.label) };
  if ('operand' in node) return { op: 'not', operand: mapLabels(node.operand, to) };
  return 'operands' in node ? { op: node.op, operands: node.operands.map((one) => mapLabels(one, to)) } : node;
}

/** `all()` and `global()` by what they mean among namespaces. */
function replaceAll(node: SelectorNode, all: SelectorNode): SelectorNode {
  switch (node.op) {
    case 'all':
      return all;
    case 'global':
      return negate(all);
    case 'not':
      return negate(replaceAll(node.operand, all));
    case 'and':
    case 'or':
      return { op: node.op, operands: node.operands.map((operand) => replaceAll(operand, all)) };
    default:
      return node;
  }
}

const negate = (node: SelectorNode): SelectorNode => (node.op === 'not' ? node.operand : { op: 'not', operand: node });
