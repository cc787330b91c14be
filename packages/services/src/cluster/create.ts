import { uuid7 } from '@margay/db';
import { ClusterId } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { CreateClusterInput } from '../inputs/cluster.ts';

export const createCluster = verb({
  name: 'cluster.create',
  kind: 'write',
  needs: 'cluster.write',
  input: CreateClusterInput,
  output: z.object({ id: ClusterId, name: z.string() }),
  conflict: 'there is a cluster of that name already: choose another name',
  run: async ({ db, orgId, input, ctx }) => {
    const id = uuid7();
    await db.cluster.createMany({ data: [{ orgId, id, name: input.name, createdAt: ctx.now }] });
    return {
      result: { id: ClusterId.parse(id), name: input.name },
      audit: { action: 'cluster.created', subject: `cluster ${input.name}`, after: { id, name: input.name } },
    };
  },
});
