import type { InventoryPolicy } from '@margay/model';
import { z } from 'zod';
import { RecommendationSummary } from '../inputs/recommendation.ts';
import { isApplied } from './is-applied.ts';

/** The columns a list needs; yaml and rules are for the detail. */
export const SUMMARY_COLUMNS = {
  id: true,
  key: true,
  namespace: true,
  workloads: true,
  refusal: true,
  policy: true,
  ingressRules: true,
  egressRules: true,
  connections: true,
  computedAt: true,
  changedAt: true,
  observedFromMs: true,
  observedToMs: true,
  lostFlows: true,
  coverage: true,
} as const;

interface Row extends Omit<RecommendationSummary, 'state' | 'policyName' | 'workloads' | 'coverage'> {
  readonly policy: unknown;
  readonly coverage: unknown;
  readonly workloads: unknown;
}
const Named = z.object({ metadata: z.object({ name: z.string() }) });

/** A stored recommendation as a list shows it; `policies` are those in the cluster now. */
export function summarise(row: Row, policies: readonly InventoryPolicy[]): RecommendationSummary {
  const named = Named.safeParse(row.policy);
  const state = !named.success ? 'refused' : isApplied(row, policies) ? 'applied' : 'ready';
  return {
    ...row,
    workloads: RecommendationSummary.shape.workloads.parse(row.workloads),
    coverage: RecommendationSummary.shape.coverage.parse(row.coverage),
    state,
    policyName: named.success ? named.data.metadata.name : null,
  };
}
