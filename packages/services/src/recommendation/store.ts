import { uuid7 } from '@margay/db';
import type { ClusterId, OrgId } from '@margay/model';
import type { CoveredRecommendation } from '@margay/policy';
import { z } from 'zod';
import { TELEMETRY } from '../core/audit.ts';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ClusterInput } from '../inputs/cluster.ts';
import { storableJson } from '../inventory/storable-json.ts';

const Input = ClusterInput.extend({
  recommendations: z.array(z.custom<CoveredRecommendation>()).max(50_000),
  observedFromMs: z.number(),
  observedToMs: z.number(),
  lostFlows: z.number(),
});

/**
 * The worker's result: a row a key is added or brought up to date, keys that are no longer recommended go.
 * `changedAt` moves only with the fingerprint, so that a reader sees when the policy itself changed.
 */
export const storeRecommendations = verb({
  name: 'recommendation.store',
  kind: 'write',
  needs: 'system',
  input: Input,
  output: z.object({ stored: z.number().int(), removed: z.number().int() }),
  run: async ({ db, orgId, input, ctx }) => {
    const scope = { orgId, clusterId: input.clusterId };
    await requireCluster(db, orgId, input.clusterId);
    const rows = storableJson(input.recommendations.map((one) => rowOf(one, scope, input, ctx.now)));
    const stored = await db.$executeRaw`
      insert into recommendations as old
      select * from jsonb_populate_recordset(null::recommendations, ${rows}::jsonb)
      on conflict (org_id, cluster_id, key) do update set
        namespace = excluded.namespace, workloads = excluded.workloads, refusal = excluded.refusal, policy = excluded.policy,
        yaml = excluded.yaml, rules = excluded.rules, notes = excluded.notes, left_out = excluded.left_out,
        fingerprint = excluded.fingerprint, ingress_rules = excluded.ingress_rules, egress_rules = excluded.egress_rules,
        connections = excluded.connections, computed_at = excluded.computed_at,
        changed_at = case when old.fingerprint = excluded.fingerprint then old.changed_at else excluded.changed_at end,
        observed_from_ms = excluded.observed_from_ms, observed_to_ms = excluded.observed_to_ms, lost_flows = excluded.lost_flows, coverage = excluded.coverage`;
    const keys = input.recommendations.map(({ key }) => key);
    const { count } = await db.recommendation.deleteMany({ where: { ...scope, NOT: { key: { in: keys } } } });
    await db.recommendationRun.upsert({
      where: { orgId_clusterId: scope },
      create: { ...scope, finishedAt: ctx.now },
      update: { finishedAt: ctx.now },
    });
    return { result: { stored, removed: count }, audit: TELEMETRY };
  },
});

type Observed = Pick<z.output<typeof Input>, 'observedFromMs' | 'observedToMs' | 'lostFlows'>;

/** By column names. */
function rowOf(
  one: CoveredRecommendation,
  scope: { orgId: OrgId; clusterId: ClusterId },
  observed: Observed,
  now: Date,
) {
  const { key, namespace, workloads, refusal, policy, yaml, rules, notes, leftOut, fingerprint } = one;
  return {
    org_id: scope.orgId,
    id: uuid7(),
    cluster_id: scope.clusterId,
    ...{ key, namespace, workloads, refusal, policy, yaml, rules, notes, fingerprint },
    left_out: leftOut,
    ingress_rules: rules.filter((rule) => rule.direction === 'ingress').length,
    egress_rules: rules.filter((rule) => rule.direction === 'egress').length,
    connections: rules.reduce((sum, rule) => sum + rule.evidence.connections, 0),
    computed_at: now,
    changed_at: now,
    observed_from_ms: observed.observedFromMs,
    observed_to_ms: observed.observedToMs,
    lost_flows: observed.lostFlows,
    coverage: policy === null ? null : one.coverage,
  };
}
