import { uuid7 } from '@margay/db';
import type { Scope } from '@margay/flowstore';
import { recommend } from '@margay/policy';
import { backendsOf, systemContext, verbs } from '@margay/services';
import type { HandlerDeps } from './handler-deps.ts';

/** What a recommendation is learnt from. */
const OBSERVED_MS = 24 * 3_600_000;

/**
 * Learns from a cluster's last 24 hours and latest inventory, and stores what it recommends.
 * Without an inventory nothing can be said of any workload: then there are no recommendations.
 */
export async function recommendCluster(deps: HandlerDeps, scope: Scope): Promise<void> {
  const now = deps.now();
  const ctx = systemContext(deps.services, { orgId: scope.orgId, name: 'recommend' }, { requestId: uuid7(), now });
  const { clusterId } = scope;
  const snapshot = await verbs['inventory.get'](ctx, { clusterId });
  const toMs = now.getTime();
  const { firstMs } = await deps.services.flowStore.frontier(scope);
  const fromMs = Math.max(toMs - OBSERVED_MS, firstMs ?? 0);
  const answer = snapshot
    ? await deps.services.flowStore.edges(scope, { fromMs, toMs }, { backends: backendsOf(snapshot.inventory) })
    : null;
  const lostFlows = answer?.losses.reduce((sum, { count }) => sum + count, 0) ?? 0;
  if (answer?.truncated)
    deps.log.warn({ clusterId }, 'more edges than one recommendation looks at: the least busy were left out');
  const recommendations =
    snapshot && answer
      ? recommend({ edges: answer.edges, inventory: snapshot.inventory, fromMs, toMs, lostFlows })
      : [];
  const observed = { observedFromMs: fromMs, observedToMs: toMs, lostFlows };
  await verbs['recommendation.store'](ctx, { clusterId, recommendations, ...observed });
  deps.bus.publish('recommendations', clusterId);
}
