import { FIXED_TIERS, type TierInput } from '../kinds/tier.ts';
import type { PolicyKind, PolicyModel, PolicySet, Tier } from '../model/policy.ts';
import { compareBytes } from '../order/compare-bytes.ts';

/**
 * Puts tiers and policies in order: existing tiers before ones only referred to, then by order and name; in a tier by order, then by the bytes of
 * `name/namespace/kind`. A policy staged in Margay takes the place of the policy of its name (Set) or takes it away (Delete); one staged in Calico
 * is one more policy, and its Delete does nothing. Source: Calico's policy sorter.
 */
export function buildPolicySet(policies: readonly PolicyModel[], tiers: readonly TierInput[]): PolicySet {
  const ordered = orderTiers(policies, tiers);
  const enforced = fill(
    ordered,
    policies.filter(({ staged }) => !staged),
  );
  const counted = policies.filter(({ staged, stagedAction }) => staged && stagedAction !== 'Delete');
  const replaced = new Set(policies.filter(({ stagedIn }) => stagedIn === 'margay').map(enforcedKey));
  const isTouched =
    counted.length > 0 || policies.some((policy) => !policy.staged && replaced.has(enforcedKey(policy)));
  const standing = policies.filter((policy) => !policy.staged && !replaced.has(enforcedKey(policy)));
  return {
    policies: fill(ordered, policies).flatMap((tier) => tier.policies),
    enforced,
    pending: isTouched ? fill(ordered, [...standing, ...counted]) : enforced,
  };
}

/** The kind that a staged policy would have were it enforced. */
function enforcedKind(kind: PolicyKind): PolicyKind {
  return kind.startsWith('Staged') ? (kind.slice('Staged'.length) as PolicyKind) : kind;
}

/** The policy that a staged one of Margay stands for has the same. */
export const enforcedKey = ({ kind, namespace, name }: PolicyModel) =>
  JSON.stringify([enforcedKind(kind), namespace, name]);

export function orderTiers(policies: readonly Pick<PolicyModel, 'tier'>[], tiers: readonly TierInput[]): TierInput[] {
  const known = new Map<string, TierInput>();
  for (const tier of [...tiers, ...FIXED_TIERS]) known.set(tier.name, tier);
  const existing = [...known.values()].sort(compareTiers);
  const missing = new Set(policies.map(({ tier }) => tier).filter((name) => !known.has(name)));
  const assumed = [...missing].map(
    (name): TierInput => ({ name, order: Number.POSITIVE_INFINITY, defaultAction: 'deny' }),
  );
  return [...existing, ...assumed.sort(compareTiers)];
}

function fill(tiers: readonly TierInput[], policies: readonly PolicyModel[]): Tier[] {
  const byTier = Map.groupBy(policies, ({ tier }) => tier);
  return tiers.flatMap((tier) => {
    const own = byTier.get(tier.name);
    return own === undefined ? [] : [{ ...tier, policies: [...own].sort(comparePolicies) }];
  });
}

const compareTiers = (a: TierInput, b: TierInput) => compareOrder(a.order, b.order) || compareBytes(a.name, b.name);

export function comparePolicies(a: PolicyModel, b: PolicyModel): number {
  return compareOrder(a.order, b.order) || compareBytes(sortText(a), sortText(b));
}

/** Infinity is equal to itself here, where subtracting would give NaN. */
const compareOrder = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

/** What is staged in Margay sorts where it would stand once enforced. */
function sortText({ name, namespace, kind, stagedIn }: PolicyModel): string {
  return `${name}/${namespace}/${stagedIn === 'margay' ? enforcedKind(kind) : kind}`;
}
