import type { Tx } from '@margay/db';
import type { FlowStore } from '@margay/flowstore';
import { ClusterId, type OrgId } from '@margay/model';
import type { ClusterView } from '../inputs/cluster.ts';

/** An agent beats every 10 s; one that was not heard for this long is taken as gone. */
export const SILENT_AFTER_MS = 60_000;

interface Where {
  readonly db: Tx;
  readonly orgId: OrgId;
  readonly flowStore: FlowStore;
  readonly now: Date;
}

/** Live clusters of the organisation, oldest first, or the one of that id, with what their agents last said. */
export async function loadClusterViews({ db, orgId, flowStore, now }: Where, id?: ClusterId): Promise<ClusterView[]> {
  const clusters = await db.cluster.findMany({
    where: { orgId, deletedAt: null, ...(id ? { id } : {}) },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    include: {
      agents: { select: { lastSeenAt: true } },
      inventory: { select: { nodeCount: true, workloadCount: true, kubernetesVersion: true } },
    },
  });
  return await Promise.all(
    clusters.map(async (cluster) => {
      const clusterId = ClusterId.parse(cluster.id);
      const { lastMs } = await flowStore.frontier({ orgId, clusterId });
      const seen = cluster.agents.map((agent) => agent.lastSeenAt.getTime());
      const lastSeenMs = seen.length > 0 ? Math.max(...seen) : null;
      const alive = seen.filter((at) => isAlive(at, now)).length;
      return {
        id: clusterId,
        name: cluster.name,
        state: cluster.enrolledAt === null ? 'waiting' : alive > 0 ? 'connected' : 'silent',
        createdAt: cluster.createdAt,
        kubernetesVersion: cluster.inventory?.kubernetesVersion ?? cluster.kubernetesVersion,
        lastSeenAt: lastSeenMs === null ? null : new Date(lastSeenMs),
        nodes: cluster.inventory?.nodeCount ?? 0,
        agents: { alive, total: seen.length },
        workloads: cluster.inventory?.workloadCount ?? 0,
        lastFlowAt: lastMs === null ? null : new Date(lastMs),
        isDemo: cluster.isDemo,
      } satisfies ClusterView;
    }),
  );
}

/** Whether an agent heard at `lastSeenMs` counts as alive. */
export function isAlive(lastSeenMs: number, now: Date): boolean {
  return now.getTime() - lastSeenMs < SILENT_AFTER_MS;
}
