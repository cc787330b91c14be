import type { Inventory } from '@margay/model';
import { z } from 'zod';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ClusterInput } from '../inputs/cluster.ts';
import { loadInventory } from './load.ts';

/** The whole snapshot, for the recommender. Null before the first one. */
export const getInventory = verb({
  name: 'inventory.get',
  kind: 'read',
  needs: 'policy.read',
  input: ClusterInput,
  output: z.object({ inventory: z.custom<Inventory>(), receivedAt: z.date() }).nullable(),
  run: async ({ db, orgId, input }) => {
    await requireCluster(db, orgId, input.clusterId);
    return await loadInventory(db, { orgId, clusterId: input.clusterId });
  },
});
