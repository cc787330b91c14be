import type { Direction, PolicyModel, Tier } from '../model/policy.ts';
import type { CompiledRule, CompiledRules } from './compile-rules.ts';
import { ALL, type ConnectionPool, NONE } from './connection-pool.ts';
import type { EndClass, EndClasses } from './end-classes.ts';

/** One rule as an end that it governs meets it. */
export interface Step {
  readonly compiled: CompiledRule;
  readonly policy: PolicyModel;
  /** What the rule leaves once its own side is known; not {@link NONE}. */
  readonly own: number;
}
/** A tier that governs the end. */
export interface TierSteps {
  readonly passes: boolean;
  readonly steps: readonly Step[];
}

export interface StepsInput {
  readonly tiers: readonly Tier[];
  /** The list that {@link EndClass.selectedBy} counts in. */
  readonly policies: readonly PolicyModel[];
  readonly rules: CompiledRules;
  readonly classes: EndClasses;
  readonly pool: ConnectionPool;
}

/** The tiers and rules that govern ends of a class, in order. */
export function createSteps({ tiers, policies, rules, classes, pool }: StepsInput) {
  const placeOf = new Map(policies.map((policy, place) => [policy, place]));
  return (own: EndClass, direction: Direction): readonly TierSteps[] => {
    const selecting = new Set(own.selectedBy);
    return tiers.flatMap((tier) => {
      const governing = tier.policies.filter(
        (policy) => policy.governs[direction] && selecting.has(placeOf.get(policy) ?? -1),
      );
      if (governing.length === 0) return [];
      const steps = governing.flatMap((policy) =>
        (rules[direction][placeOf.get(policy) ?? -1] ?? [])
          .map((compiled) => ({
            compiled,
            policy,
            own: pool.intersect(compiled.base, classes.value(compiled.ownTerm, own.id)),
          }))
          .filter((step) => step.own !== NONE),
      );
      return [{ passes: tier.defaultAction === 'pass', steps }];
    });
  };
}

export interface Walk {
  /** Of the two ends together. */
  readonly family: 4 | 6;
  /** What every tier passes is allowed. */
  readonly hasProfile: boolean;
  readonly classes: EndClasses;
  readonly pool: ConnectionPool;
  /** Told of each step that could match: what it took, and what it would have taken had it been the first. */
  readonly observe?: (step: Step, took: number, wanted: number) => void;
}

/** Walks the tiers with all connections at once: each rule takes what it matches out of what is still undecided. Answers what is allowed. */
export function walkTiers(
  tiers: readonly TierSteps[],
  peer: number,
  { family, hasProfile, classes, pool, observe }: Walk,
): number {
  let open = ALL;
  let allowed = NONE;
  for (const { steps, passes } of tiers) {
    let passed = NONE;
    for (const step of steps) {
      const { rule, peerTerm } = step.compiled;
      if (rule.family !== null && rule.family !== family) continue;
      const wanted = pool.intersect(step.own, classes.value(peerTerm, peer));
      if (wanted === NONE) continue;
      const took = pool.intersect(open, wanted);
      observe?.(step, took, wanted);
      open = pool.subtract(open, took);
      if (rule.action === 'allow') allowed = pool.union(allowed, took);
      if (rule.action === 'pass') passed = pool.union(passed, took);
    }
    open = passes ? pool.union(passed, open) : passed;
    if (open === NONE && observe === undefined) return allowed;
  }
  return hasProfile ? pool.union(allowed, open) : allowed;
}
