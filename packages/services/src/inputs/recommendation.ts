import { ClusterId } from '@margay/model';
import { z } from 'zod';

export const RuleEvidenceView = z.object({
  connections: z.number(),
  flows: z.number(),
  bytes: z.number(),
  firstSeenMs: z.number().nullable(),
  lastSeenMs: z.number().nullable(),
  peers: z.array(z.string()),
  ports: z.array(z.string()),
  services: z.array(z.string()),
  note: z.string().nullable(),
  /** Null: it was stored before confidence was judged. */
  confidence: z
    .object({
      level: z.enum(['high', 'medium', 'low']),
      reasons: z.array(z.object({ code: z.string(), level: z.enum(['medium', 'low']), text: z.string() })),
    })
    .nullable()
    .default(null),
});
export const RecommendedRuleView = z.object({
  direction: z.enum(['ingress', 'egress']),
  index: z.number().int(),
  sentence: z.string(),
  evidence: RuleEvidenceView,
  /** What is wider than it should be. */
  findings: z.array(z.object({ code: z.string(), text: z.string() })).default([]),
});
/** Of the connections that got through when they were seen, those that the policy lets through. */
export const CoverageView = z.object({
  connections: z.number(),
  allowed: z.number(),
  denied: z.number(),
  share: z.number().nullable(),
});
export const RecommendationSummary = z.object({
  id: z.uuid(),
  key: z.string(),
  namespace: z.string(),
  workloads: z.array(z.object({ namespace: z.string(), kind: z.string(), name: z.string() })),
  /** ready: a policy. refused: none, with the reason. applied: an object of that name with that very spec is in the cluster. */
  state: z.enum(['ready', 'refused', 'applied']),
  refusal: z.string().nullable(),
  policyName: z.string().nullable(),
  ingressRules: z.number().int(),
  egressRules: z.number().int(),
  connections: z.number(),
  computedAt: z.date(),
  changedAt: z.date(),
  observedFromMs: z.number(),
  observedToMs: z.number(),
  lostFlows: z.number(),
  coverage: CoverageView.nullable(),
});
export type RecommendationSummary = z.infer<typeof RecommendationSummary>;
export const ListRecommendationsInput = z.object({ clusterId: ClusterId });
export const ListRecommendationsOutput = z.object({
  rows: z.array(RecommendationSummary),
  running: z.boolean(),
  computedAt: z.date().nullable(),
});
export const GetRecommendationInput = z.object({ clusterId: ClusterId, id: z.uuid() });
export const RecommendationDetail = RecommendationSummary.extend({
  yaml: z.string().nullable(),
  rules: z.array(RecommendedRuleView),
  notes: z.array(z.string()),
  leftOut: z.array(
    z.object({
      sentence: z.string(),
      reason: z.string(),
      connections: z.number(),
      isNewDemand: z.boolean().default(false),
    }),
  ),
});
export type RecommendationDetail = z.infer<typeof RecommendationDetail>;
export const RequestRecommendationsInput = z.object({ clusterId: ClusterId });
export const RequestRecommendationsOutput = z.object({ queued: z.boolean() });
