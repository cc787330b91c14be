import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ListFlowsInput, ListFlowsOutput } from '../inputs/flow.ts';
import { checkRange } from './check-range.ts';
import { clusterKnowledge } from './cluster-knowledge.ts';
import { viewEdge } from './view-edge.ts';

/** Flows newest first, page by page; all rows of a list have one resolution, which the answer says. */
export const listFlows = verb({
  name: 'flow.list',
  kind: 'read',
  needs: 'flow.read',
  input: ListFlowsInput,
  output: ListFlowsOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const { clusterId, filter, limit, cursor } = input;
    checkRange(input);
    await requireCluster(db, orgId, clusterId);
    const scope = { orgId, clusterId };
    const knowledge = await clusterKnowledge(db, scope);
    const { backends } = knowledge;
    const page = await ctx.deps.flowStore.flows(scope, input, filter, { limit, backends, ...(cursor && { cursor }) });
    return {
      ...page,
      rows: page.rows.map((row) => ({ ...viewEdge(row, knowledge), addresses: [...row.addresses] })),
    };
  },
});
