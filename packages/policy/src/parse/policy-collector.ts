import type { PolicyContext } from '../kinds/policy-context.ts';
import type { RawObject } from '../kinds/raw-object.ts';
import { isNamespacedPolicy, policyReader } from '../kinds/read-policy.ts';
import { readTier, type TierInput } from '../kinds/tier.ts';
import type { PolicyModel, PolicySet } from '../model/policy.ts';
import { buildPolicySet } from '../policy-set/build-policy-set.ts';
import { createSelectorPool } from '../selector/selector-pool.ts';
import { checkTogether } from './check-together.ts';
import { checkNamed, createSink, type Seen } from './object-sink.ts';
import type { Problem } from './problem.ts';

/** `strict` and `fail-closed`: see `ParseOptions`. */
export type ParseMode = 'strict' | 'fail-closed';

/** Gathers policies and tiers, one object at a time. */
export interface PolicyCollector {
  /** False: it is neither policy nor tier. */
  readonly take: (object: RawObject) => boolean;
  readonly finish: () => PolicySet;
}

export function createPolicyCollector(
  mode: ParseMode,
  seen: Seen,
  report: (problem: Problem) => void,
): PolicyCollector {
  const tiers: TierInput[] = [];
  const policies: PolicyModel[] = [];
  const selectors = createSelectorPool();
  return {
    take: (object) => {
      const read = policyReader(object);
      const isTier = object.kind === 'Tier' && /^(crd\.)?projectcalico\.org\//.test(object.apiVersion);
      if (read === null && !isTier) return false;
      const sink = createSink(object, report, 'object');
      if (!checkNamed(object, sink, seen)) return true;
      const namespace = isNamespacedPolicy(object.kind) ? object.namespace || 'default' : '';
      const context: PolicyContext = { object, namespace, spec: { path: 'spec', report: sink.report }, selectors };
      const policy = read?.(context) ?? null;
      const tier = isTier ? readTier(object, context.spec) : null;
      if (mode === 'strict' && sink.isRefused()) return true;
      if (policy !== null) policies.push(policy);
      if (tier !== null) tiers.push(tier);
      return true;
    },
    finish: () => {
      const checked = checkTogether(policies, tiers, report);
      return buildPolicySet(mode === 'strict' ? checked : policies, tiers);
    },
  };
}
