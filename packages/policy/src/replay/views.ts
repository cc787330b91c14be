import type { GoverningTier } from '../engine/governing.ts';
import type { PolicyModel, Tier } from '../model/policy.ts';
import type { ReplayView } from './types.ts';

/** What is compared. Policies that say the same are the same object in both. */
export interface ViewPair {
  readonly before: ReplayView;
  readonly after: ReplayView;
}

/** Two policy sets that were read apart hold equal policies as different objects; here they become one, so that what has not changed is seen to be so. */
export function pairViews(before: ReplayView, after: ReplayView): ViewPair {
  const known = new Map<string, PolicyModel>();
  for (const policy of policiesOf(before)) known.set(contentOf(policy), policy);
  const tiers = after.tiers.map((tier): Tier => {
    return { ...tier, policies: tier.policies.map((policy) => known.get(contentOf(policy)) ?? policy) };
  });
  return { before, after: { ...after, tiers } };
}

export const policiesOf = ({ tiers }: ReplayView): readonly PolicyModel[] => tiers.flatMap(({ policies }) => policies);

/** All that a policy's meaning comes from; its tier's own order and default action apart. */
function contentOf({ kind, namespace, name, uid, source: { apiVersion, kind: written, spec } }: PolicyModel): string {
  return JSON.stringify([kind, namespace, name, uid, apiVersion, written, spec]);
}

/** Whether an end is governed by the same in both views: then nothing can change for it. */
export function isGovernedAlike(a: readonly GoverningTier[], b: readonly GoverningTier[]): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ tier, policies }, place) => {
    const other = b[place];
    return (
      other !== undefined &&
      tier.name === other.tier.name &&
      tier.defaultAction === other.tier.defaultAction &&
      policies.length === other.policies.length &&
      policies.every((policy, at) => policy === other.policies[at])
    );
  });
}
