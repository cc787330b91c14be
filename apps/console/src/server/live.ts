import 'server-only';
import { ClusterId } from '@margay/model';
import { verbs } from '@margay/services';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { dataSignals } from './data-signals.ts';
import { procedure, verbContext } from './trpc.ts';

const STILL_MEMBER_EVERY_MS = 60_000;

/** Streams: told that there is something new, a browser reads it through the verbs. Keys travel, never rows. */
export const liveProcedures = {
  /** One event whenever the cluster has new data, at once and then at most 4 a second. Ends when the session or the membership does. */
  data: procedure.input(z.object({ clusterId: ClusterId })).subscription(async function* ({ ctx, input, signal }) {
    await verbs['cluster.get'](ctx.verb, input);
    let checkedMs = Date.now();
    let count = 0;
    for await (const _ of dataSignals(input.clusterId, signal)) {
      if (Date.now() - checkedMs > STILL_MEMBER_EVERY_MS) {
        await verbs['cluster.get'](verbContext(ctx), input);
        checkedMs = Date.now();
      }
      yield tracked(String(++count), { atMs: Date.now() });
    }
  }),
};
