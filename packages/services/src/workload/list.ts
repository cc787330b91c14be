import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ClusterInput, ListWorkloadsOutput } from '../inputs/cluster.ts';

/** Worked out once, when the snapshot came in. */
export const listWorkloads = verb({
  name: 'workload.list',
  kind: 'read',
  needs: 'cluster.read',
  input: ClusterInput,
  output: ListWorkloadsOutput,
  run: async ({ db, orgId, input }) => {
    const { clusterId } = input;
    await requireCluster(db, orgId, clusterId);
    const row = await db.clusterInventory.findUnique({
      where: { orgId_clusterId: { orgId, clusterId } },
      select: { workloadViews: true },
    });
    return row === null ? [] : ListWorkloadsOutput.parse(row.workloadViews);
  },
});
