import type { Direction, PolicyModel, Tier } from '../model/policy.ts';
import { type Finding, findingAt } from './finding.ts';

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/** Directions that a policy isolates without a rule of its own. A policy without any rule is a default deny, and meant. */
export function checkIsolation(tiers: readonly Tier[]): readonly Finding[] {
  return tiers
    .filter(({ defaultAction }) => defaultAction === 'deny')
    .flatMap(({ policies }) => policies)
    .flatMap(isolations);
}

function isolations(policy: PolicyModel): Finding[] {
  const bare = DIRECTIONS.filter((direction) => policy.governs[direction] && policy.rules[direction].length === 0);
  const isDefaultDeny = DIRECTIONS.every((direction) => policy.rules[direction].length === 0);
  return bare.map((direction) =>
    findingAt(policy, '', {
      check: 'isolates-without-rules',
      severity: isDefaultDeny ? 'note' : 'warning',
      message: `denies all ${direction} that no other policy allows: it governs ${direction} and has no rule for it`,
    }),
  );
}
