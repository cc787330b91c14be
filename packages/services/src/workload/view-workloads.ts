import type { Inventory, InventoryPod } from '@margay/model';
import { matchesSelector, type ParsedPolicy, parseNetworkPolicy } from '@margay/policy';
import type { WorkloadView } from '../inputs/cluster.ts';

const POD_NAMES_MAX = 100;
const FINISHED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

interface Group {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly templateLabels: Readonly<Record<string, string>> | null;
  readonly pods: InventoryPod[];
}

/**
 * Every workload of the cluster, with the NetworkPolicies that select it: all of its running pods, or its template where none runs.
 * Pods of the host network are under no policy (Kubernetes documentation, Network Policies).
 */
export function viewWorkloads(inventory: Inventory): WorkloadView[] {
  const policies = Map.groupBy(
    inventory.policies.map(parseNetworkPolicy).filter((policy) => policy !== null),
    (policy) => policy.namespace,
  );
  return groupPods(inventory).map((group) => viewOf(group, policies.get(group.namespace) ?? []));
}

function viewOf(
  { namespace, kind, name, templateLabels, pods }: Group,
  policies: readonly ParsedPolicy[],
): WorkloadView {
  const hostNetwork = pods.length > 0 && pods.every((pod) => pod.hostNetwork);
  const labelSets = pods.length > 0 ? pods.map((pod) => pod.labels) : templateLabels ? [templateLabels] : [];
  const selecting = hostNetwork ? [] : policies.filter((policy) => selectsAll(policy, labelSets));
  const named = (direction: 'ingress' | 'egress') =>
    selecting.filter((policy) => policy.isolates[direction]).map((policy) => policy.name);
  return {
    key: `workload/${namespace}/${kind}/${name}`,
    namespace,
    kind,
    name,
    pods: pods.length,
    podNames: pods.slice(0, POD_NAMES_MAX).map((pod) => pod.name),
    hostNetwork,
    ingressPolicies: named('ingress'),
    egressPolicies: named('egress'),
  };
}

function selectsAll({ podSelector }: ParsedPolicy, labelSets: readonly Readonly<Record<string, string>>[]): boolean {
  return (
    labelSets.length > 0 && labelSets.every((labels) => podSelector === null || matchesSelector(podSelector, labels))
  );
}

function groupPods({ workloads, pods }: Inventory): Group[] {
  const groups = new Map<string, Group>();
  const keyOf = (namespace: string, kind: string, name: string) => JSON.stringify([namespace, kind, name]);
  for (const { namespace, kind, name, labels } of workloads)
    groups.set(keyOf(namespace, kind, name), { namespace, kind, name, templateLabels: labels, pods: [] });
  for (const pod of pods) {
    if (FINISHED.has(pod.phase)) continue;
    const { kind, name } = ownerOf(pod, (deployment) => groups.has(keyOf(pod.namespace, 'Deployment', deployment)));
    const key = keyOf(pod.namespace, kind, name);
    const group = groups.get(key) ?? { namespace: pod.namespace, kind, name, templateLabels: null, pods: [] };
    group.pods.push(pod);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.kind, b.kind),
  );
}

/** A Deployment's ReplicaSet is named `<deployment>-<pod-template-hash>` (Kubernetes documentation, Deployments). Agents say the Deployment already; this reads one that says the ReplicaSet. */
function ownerOf(pod: InventoryPod, isDeployment: (name: string) => boolean): { kind: string; name: string } {
  const suffix = `-${pod.labels['pod-template-hash'] ?? ''}`;
  const deployment = pod.ownerName.slice(0, -suffix.length);
  if (pod.ownerKind === 'ReplicaSet' && suffix !== '-' && pod.ownerName.endsWith(suffix) && isDeployment(deployment))
    return { kind: 'Deployment', name: deployment };
  return { kind: pod.ownerKind, name: pod.ownerName };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
