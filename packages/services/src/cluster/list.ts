import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { ListClustersOutput } from '../inputs/cluster.ts';
import { loadClusterViews } from './load-views.ts';

export const listClusters = verb({
  name: 'cluster.list',
  kind: 'read',
  needs: 'cluster.read',
  input: z.object({}),
  output: ListClustersOutput,
  run: ({ db, orgId, ctx }) => loadClusterViews({ db, orgId, flowStore: ctx.deps.flowStore, now: ctx.now }),
});
