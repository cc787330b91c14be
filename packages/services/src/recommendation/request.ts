import type { Scope } from '@margay/flowstore';
import { MargayError } from '@margay/model';
import type { Deps } from '../core/context.ts';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { RequestRecommendationsInput, RequestRecommendationsOutput } from '../inputs/recommendation.ts';
import { isRunning } from './is-running.ts';

/** Asks the worker for recommendations on the traffic up to now; one that is under way is enough (`queued: false`). */
export const requestRecommendations = verb({
  name: 'recommendation.request',
  kind: 'write',
  needs: 'policy.write',
  input: RequestRecommendationsInput,
  output: RequestRecommendationsOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const scope = { orgId, clusterId: input.clusterId };
    const cluster = await requireCluster(db, orgId, input.clusterId);
    const run = await db.recommendationRun.findUnique({ where: { orgId_clusterId: scope } });
    const queued = !isRunning(run, ctx.now);
    if (queued) {
      await db.recommendationRun.upsert({
        where: { orgId_clusterId: scope },
        create: { ...scope, requestedAt: ctx.now },
        update: { requestedAt: ctx.now },
      });
      await enqueue(ctx.deps, scope);
    }
    return {
      result: { queued },
      audit: { action: 'recommendation.requested', subject: `cluster ${cluster.name}`, after: { queued } },
    };
  },
});

async function enqueue({ jobs }: Deps, scope: Scope): Promise<void> {
  try {
    await jobs.requestRecommendations(scope);
  } catch (cause) {
    throw new MargayError('UNAVAILABLE', 'the job queue does not answer: try again in a moment', { cause });
  }
}
