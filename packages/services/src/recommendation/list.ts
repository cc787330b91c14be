import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ListRecommendationsInput, ListRecommendationsOutput } from '../inputs/recommendation.ts';
import { loadInventory } from '../inventory/load.ts';
import { isRunning } from './is-running.ts';
import { SUMMARY_COLUMNS, summarise } from './summarise.ts';

export const listRecommendations = verb({
  name: 'recommendation.list',
  kind: 'read',
  needs: 'policy.read',
  input: ListRecommendationsInput,
  output: ListRecommendationsOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const scope = { orgId, clusterId: input.clusterId };
    await requireCluster(db, orgId, input.clusterId);
    const run = await db.recommendationRun.findUnique({ where: { orgId_clusterId: scope } });
    const loaded = await loadInventory(db, scope, ['policies']);
    const rows = await db.recommendation.findMany({
      where: scope,
      select: SUMMARY_COLUMNS,
      orderBy: [{ namespace: 'asc' }, { key: 'asc' }],
    });
    return {
      rows: rows.map((row) => summarise(row, loaded?.inventory.policies ?? [])),
      running: isRunning(run, ctx.now),
      computedAt: run?.finishedAt ?? null,
    };
  },
});
