import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ClusterInput, ListCredentialsOutput } from '../inputs/cluster.ts';

export const listCredentials = verb({
  name: 'cluster.listCredentials',
  kind: 'read',
  needs: 'cluster.write',
  input: ClusterInput,
  output: ListCredentialsOutput,
  run: async ({ db, orgId, input }) => {
    await requireCluster(db, orgId, input.clusterId);
    return await db.agentCredential.findMany({
      where: { orgId, clusterId: input.clusterId },
      orderBy: { createdAt: 'desc' },
    });
  },
});
