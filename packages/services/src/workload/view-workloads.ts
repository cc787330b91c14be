import type { Inventory } from '@margay/model';
import { type Direction, governing, modelInventory, type Pod, type PolicySet, type Workload } from '@margay/policy';
import type { WorkloadView } from '../inputs/cluster.ts';

const POD_NAMES_MAX = 100;

/**
 * Every workload of the cluster, with the policies that govern it: all of its running pods, or its template where none runs.
 * Pods of the host network are under no policy (Kubernetes documentation, Network Policies).
 */
export function viewWorkloads(inventory: Inventory): WorkloadView[] {
  const { cluster, policies } = modelInventory(inventory);
  return cluster.workloads
    .map((workload) => viewOf(workload, policies))
    .filter((view) => view !== null)
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name) || compare(a.kind, b.kind));
}

/** Null: nothing of it runs, and nothing is known of what would. */
function viewOf({ namespace, kind, name, pods }: Workload, policies: PolicySet): WorkloadView | null {
  const living = pods.filter((pod) => !pod.finished);
  if (living.length === 0) return null;
  const running = living.filter((pod) => !pod.fromTemplate);
  const hostNetwork = running.length > 0 && running.every((pod) => pod.hostNetwork);
  const named = (direction: Direction) => (hostNetwork ? [] : governingAll(living, policies, direction));
  return {
    key: `workload/${namespace}/${kind}/${name}`,
    namespace,
    kind,
    name,
    pods: running.length,
    podNames: running.slice(0, POD_NAMES_MAX).map((pod) => pod.name),
    hostNetwork,
    ingressPolicies: named('ingress'),
    egressPolicies: named('egress'),
  };
}

/** Names of the policies that govern every pod. */
function governingAll(pods: readonly Pod[], policies: PolicySet, direction: Direction): string[] {
  const [first, ...rest] = pods.map(
    (pod) => new Set(governing(policies.enforced, pod)[direction].flatMap((tier) => tier.policies)),
  );
  return [...(first ?? [])].filter((policy) => rest.every((set) => set.has(policy))).map(({ name }) => name);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
