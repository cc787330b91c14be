import { FIXED_TIERS, type TierInput } from '../kinds/tier.ts';
import type { PolicyModel } from '../model/policy.ts';
import type { Problem } from './problem.ts';

/** What is wrong only beside others: two AdminNetworkPolicies of one priority (refused; the API leaves open which counts), a tier that is not there (told). */
export function checkTogether(
  policies: readonly PolicyModel[],
  tiers: readonly TierInput[],
  report: (problem: Problem) => void,
): PolicyModel[] {
  const known = new Set([...FIXED_TIERS, ...tiers].map(({ name }) => name));
  const byPriority = new Map<number, PolicyModel>();
  return policies.filter((policy) => {
    if (!known.has(policy.tier))
      report(
        problemOf(policy, 'spec.tier', `there is no tier ${policy.tier}: taken as the last, ending in deny`, 'warning'),
      );
    if (policy.kind !== 'AdminNetworkPolicy') return true;
    const first = byPriority.get(policy.order);
    if (first === undefined) {
      byPriority.set(policy.order, policy);
      return true;
    }
    report(problemOf(policy, 'spec.priority', `${first.name} has priority ${policy.order} too`, 'object'));
    return false;
  });
}

function problemOf(policy: PolicyModel, path: string, message: string, severity: Problem['severity']): Problem {
  const { file, document, kind } = policy.source;
  const name = policy.namespace === '' ? policy.name : `${policy.namespace}/${policy.name}`;
  const allowed = severity === 'warning' ? 'a Tier object of that name' : 'a priority of its own';
  return { file, document, item: null, object: `${kind} ${name}`, path, message, allowed, severity };
}
