import type { Pod } from '../model/cluster.ts';
import type { Direction, PolicyModel, Tier } from '../model/policy.ts';
import type { LabelLookup } from '../selector/selector.ts';

/** The policies of one tier that govern a pod in one direction; at least one. */
export interface GoverningTier {
  readonly tier: Tier;
  readonly policies: readonly PolicyModel[];
}
type Governing = Readonly<Record<Direction, readonly GoverningTier[]>>;

interface Memory {
  readonly byNamespace: Map<string, readonly Tier[]>;
  readonly byLabels: WeakMap<LabelLookup, Governing>;
}
/** By the array of tiers; gone with it. Pods of equal labels share one answer, see `LabelFactory`. */
const memories = new WeakMap<readonly Tier[], Memory>();

/** What governs a pod, in order; tiers without a policy for it are left out, as evaluation skips them whole. */
export function governing(tiers: readonly Tier[], pod: Pod): Governing {
  const memory = memories.get(tiers) ?? { byNamespace: new Map(), byLabels: new WeakMap() };
  memories.set(tiers, memory);
  const known = memory.byLabels.get(pod.labels);
  if (known !== undefined) return known;
  const candidates = memory.byNamespace.get(pod.namespace) ?? tiersOf(tiers, pod.namespace);
  memory.byNamespace.set(pod.namespace, candidates);
  const found = { egress: select(candidates, pod, 'egress'), ingress: select(candidates, pod, 'ingress') };
  memory.byLabels.set(pod.labels, found);
  return found;
}

/** A policy of another namespace never selects: not asking it keeps ten thousand policies cheap. */
function tiersOf(tiers: readonly Tier[], namespace: string): Tier[] {
  return tiers.map((tier) => ({
    ...tier,
    policies: tier.policies.filter(
      (policy) => policy.governsPods && (policy.namespace === '' || policy.namespace === namespace),
    ),
  }));
}

function select(tiers: readonly Tier[], pod: Pod, direction: Direction): GoverningTier[] {
  const found: GoverningTier[] = [];
  for (const tier of tiers) {
    const policies = tier.policies.filter((policy) => policy.governs[direction] && policy.subject.matches(pod.labels));
    if (policies.length > 0) found.push({ tier, policies });
  }
  return found;
}
