import type { ClusterModel } from '../model/cluster.ts';
import type { PolicyModel } from '../model/policy.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { type Finding, findingAt, rulesByPath } from './finding.ts';

/** Labels whose value is a namespace's name, in Calico's flat set. */
const NAME_LABELS: readonly string[] = [
  'projectcalico.org/namespace',
  'pcns.projectcalico.org/name',
  'pcns.kubernetes.io/metadata.name',
];

/** Every cluster has them, whatever the manifests say. */
const BUILT_IN: readonly string[] = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Namespaces that policies are in, or name in a selector, and that do not exist. */
export function checkNamespaces(cluster: ClusterModel, policies: readonly PolicyModel[]): readonly Finding[] {
  const isMissing = (name: string) => !cluster.namespaces.has(name) && !BUILT_IN.includes(name);
  return policies.flatMap((policy) => {
    const { namespace } = policy;
    const own = namespace !== '' && isMissing(namespace) ? [finding(policy, '', namespace)] : [];
    const subject = namesIn(policy.subject.node).filter((name) => name !== namespace && isMissing(name));
    const peers = [...rulesByPath(policy)].flatMap(([path, rules]) => {
      const selectors = rules.flatMap(({ source, destination }) => [source.selector, destination.selector]);
      const names = new Set(selectors.flatMap((selector) => (selector === null ? [] : namesIn(selector.node))));
      return [...names]
        .filter((name) => name !== namespace && isMissing(name))
        .map((name) => finding(policy, path, name));
    });
    return [...own, ...subject.map((name) => finding(policy, '', name)), ...peers];
  });
}

const finding = (policy: PolicyModel, path: string, name: string): Finding =>
  findingAt(policy, path, {
    check: 'namespace-missing',
    severity: 'warning',
    message: `there is no namespace ${name}`,
  });

/** Whether a selector asks for a namespace of Kubernetes' own, of which manifests usually do not tell. */
export function asksBuiltIn(node: SelectorNode): boolean {
  return namesIn(node).some((name) => BUILT_IN.includes(name));
}

/** Names of namespaces that a selector asks for; not those that it excludes. */
function namesIn(node: SelectorNode): readonly string[] {
  switch (node.op) {
    case 'and':
    case 'or':
      return node.operands.flatMap(namesIn);
    case '==':
      return NAME_LABELS.includes(node.label) ? [node.value] : [];
    case 'in':
      return NAME_LABELS.includes(node.label) ? node.values : [];
    default:
      return [];
  }
}
