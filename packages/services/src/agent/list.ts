import { z } from 'zod';
import { isAlive } from '../cluster/load-views.ts';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { AgentView, ClusterInput, ListAgentsOutput } from '../inputs/cluster.ts';

const Stored = z.object({ role: AgentView.shape.role, taps: AgentView.shape.taps });

export const listAgents = verb({
  name: 'agent.list',
  kind: 'read',
  needs: 'cluster.read',
  input: ClusterInput,
  output: ListAgentsOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const { clusterId } = input;
    await requireCluster(db, orgId, clusterId);
    const rows = await db.agent.findMany({ where: { orgId, clusterId }, orderBy: [{ role: 'asc' }, { node: 'asc' }] });
    return rows.map((row) => ({
      ...row,
      ...Stored.parse(row),
      alive: isAlive(row.lastSeenAt.getTime(), ctx.now),
    }));
  },
});
