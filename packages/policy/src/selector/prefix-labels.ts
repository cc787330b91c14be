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
export const IS_POD: SelectorNode = { op: '==', label: IMPLIED.orchestrator, value: 'k8s' };

function rename(node: SelectorNode, prefix: string, all: SelectorNode | null): SelectorNode {
  switch (node.op) {
    case 'all':
      return all ?? node;
    case 'global':
      return all === null ? node : { op: 'not', operand: all };
    case 'not': {
      const operand = rename(node.operand, prefix, all);
      return operand.op === 'not' ? operand.operand : { op: 'not', operand };
    }
    case 'and':
    case 'or':
      return { op: node.op, operands: node.operands.map((operand) => rename(operand, prefix, all)) };
    default:
      return { ...node, label: `${prefix}${node.label}` };
  }
}
