import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { Done } from '../inputs/account.ts';
import { ClusterInput } from '../inputs/cluster.ts';

/**
 * Forgets a cluster: agents are refused from now on, what they reported goes. The row stays, hidden, and its tokens with it:
 * the install URL must serve the manifest for ever, so that `kubectl delete -f` works.
 */
export const deleteCluster = verb({
  name: 'cluster.delete',
  kind: 'write',
  needs: 'cluster.write',
  input: ClusterInput,
  output: Done,
  run: async ({ db, orgId, input, ctx }) => {
    const { clusterId } = input;
    const cluster = await requireCluster(db, orgId, clusterId);
    const where = { orgId, clusterId };
    await db.cluster.updateMany({ where: { orgId, id: clusterId }, data: { deletedAt: ctx.now } });
    await db.agentCredential.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: ctx.now } });
    await db.agent.deleteMany({ where });
    await db.clusterInventory.deleteMany({ where });
    await db.recommendation.deleteMany({ where });
    // Last, for no rollback reaches it.
    await ctx.deps.flowStore.forget({ orgId, clusterId });
    return {
      result: { done: true as const },
      audit: {
        action: 'cluster.deleted',
        subject: `cluster ${cluster.name}`,
        before: { id: clusterId, name: cluster.name },
      },
      announce: ['revoked', clusterId] as const,
    };
  },
});
