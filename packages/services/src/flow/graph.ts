import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { GetGraphInput, GetGraphOutput } from '../inputs/flow.ts';
import { addVersions } from './add-versions.ts';
import { checkRange } from './check-range.ts';
import { clusterKnowledge } from './cluster-knowledge.ts';

/** Who talked to whom in an interval: edges between peer keys, with the policies that have a say in each now. */
export const getGraph = verb({
  name: 'flow.graph',
  kind: 'read',
  needs: 'flow.read',
  input: GetGraphInput,
  output: GetGraphOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const { clusterId, namespaces } = input;
    checkRange(input);
    await requireCluster(db, orgId, clusterId);
    const scope = { orgId, clusterId };
    const knowledge = await clusterKnowledge(db, scope);
    const { backends } = knowledge;
    const answer = await ctx.deps.flowStore.edges(scope, input, { backends, ...(namespaces && { namespaces }) });
    const peers: GetGraphOutput['peers'] = {};
    const edges = addVersions(answer.edges).map((edge) => {
      peers[edge.srcId] = edge.src;
      peers[edge.dstId] = edge.dst;
      return knowledge.view(edge);
    });
    return {
      fromMs: answer.fromMs,
      toMs: answer.toMs,
      peers,
      edges,
      resolutions: [...answer.resolutions],
      losses: answer.losses.map(({ node, kind, count, sinceMs, untilMs }) => ({ node, kind, count, sinceMs, untilMs })),
      truncated: answer.truncated,
      frontierMs: answer.frontierMs,
    };
  },
});
