import { MargayError } from '@margay/model';
import { verb } from '../core/verb.ts';
import { ClusterInput, ClusterView } from '../inputs/cluster.ts';
import { loadClusterViews } from './load-views.ts';

export const getCluster = verb({
  name: 'cluster.get',
  kind: 'read',
  needs: 'cluster.read',
  input: ClusterInput,
  output: ClusterView,
  run: async ({ db, orgId, input, ctx }) => {
    const where = { db, orgId, flowStore: ctx.deps.flowStore, now: ctx.now };
    const [view] = await loadClusterViews(where, input.clusterId);
    if (!view) throw new MargayError('NOT_FOUND', 'there is no such cluster');
    return view;
  },
});
