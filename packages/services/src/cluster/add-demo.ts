import { uuid7 } from '@margay/db';
import { ClusterId } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';

const NAME = 'Demo';

/** A cluster of recorded traffic, which the worker plays with present times. One an organisation. */
export const addDemoCluster = verb({
  name: 'cluster.addDemo',
  kind: 'write',
  needs: 'cluster.write',
  input: z.object({}),
  output: z.object({ id: ClusterId, name: z.string() }),
  conflict: 'the demo cluster is here already: open it from the list of clusters',
  run: async ({ db, orgId, ctx }) => {
    const id = uuid7();
    const live = await db.cluster.findMany({ where: { orgId, deletedAt: null }, select: { name: true } });
    const name = freeName(new Set(live.map((cluster) => cluster.name.toLowerCase())));
    await db.cluster.createMany({ data: [{ orgId, id, name, createdAt: ctx.now, isDemo: true }] });
    return {
      result: { id: ClusterId.parse(id), name },
      audit: { action: 'cluster.demoAdded', subject: `cluster ${name}`, after: { id, name } },
    };
  },
});

function freeName(taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? NAME : `${NAME} ${count}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
