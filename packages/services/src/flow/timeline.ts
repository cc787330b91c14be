import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { GetTimelineInput, GetTimelineOutput } from '../inputs/flow.ts';
import { checkRange } from './check-range.ts';

/** Traffic, denials and losses over time. */
export const getTimeline = verb({
  name: 'flow.timeline',
  kind: 'read',
  needs: 'flow.read',
  input: GetTimelineInput,
  output: GetTimelineOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const { clusterId, points } = input;
    checkRange(input);
    await requireCluster(db, orgId, clusterId);
    const timeline = await ctx.deps.flowStore.timeline({ orgId, clusterId }, input, points);
    return { resolutionSeconds: timeline.resolutionSeconds, points: [...timeline.points] };
  },
});
