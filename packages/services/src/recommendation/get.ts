import { MargayError } from '@margay/model';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { GetRecommendationInput, RecommendationDetail } from '../inputs/recommendation.ts';
import { loadInventory } from '../inventory/load.ts';
import { summarise } from './summarise.ts';

const Stored = RecommendationDetail.pick({ rules: true, notes: true, leftOut: true });

export const getRecommendation = verb({
  name: 'recommendation.get',
  kind: 'read',
  needs: 'policy.read',
  input: GetRecommendationInput,
  output: RecommendationDetail,
  run: async ({ db, orgId, input }) => {
    const { clusterId, id } = input;
    await requireCluster(db, orgId, clusterId);
    const row = await db.recommendation.findFirst({ where: { orgId, clusterId, id } });
    if (!row) throw new MargayError('NOT_FOUND', 'there is no such recommendation (any more)');
    const loaded = await loadInventory(db, { orgId, clusterId }, ['policies']);
    return { ...summarise(row, loaded?.inventory.policies ?? []), yaml: row.yaml, ...Stored.parse(row) };
  },
});
