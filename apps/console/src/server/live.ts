import 'server-only';
import { ClusterId } from '@margay/model';
import { type FlowNews, verbs, watchFlows } from '@margay/services';
import { FlowFilter } from '@margay/services/inputs';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { bus } from './bus.ts';
import { clusterSignals } from './cluster-signals.ts';
import { currentSession } from './session.ts';
import { procedure, verbContext } from './trpc.ts';

const STILL_MEMBER_EVERY_MS = 30_000;
const never = new AbortController().signal;

/** Streams: a browser is told that there is something new and reads it through the verbs. Keys travel, never rows. */
export const liveProcedures = {
  /** What happens to a cluster, as it happens, at most 4 times a second of a kind. Ends when the session or the membership does. */
  cluster: procedure.input(z.object({ clusterId: ClusterId })).subscription(async function* ({ ctx, input, signal }) {
    await verbs['cluster.get'](ctx.verb, input);
    let checkedMs = Date.now();
    let count = 0;
    // The first word opens the stream, so that the browser knows that it stands.
    yield tracked(String(count), { kinds: [] as readonly string[] });
    for await (const kinds of clusterSignals(bus(), input.clusterId, signal ?? never)) {
      if (Date.now() - checkedMs > STILL_MEMBER_EVERY_MS) {
        await verbs['cluster.get'](verbContext({ ...ctx, session: await currentSession() }), input);
        checkedMs = Date.now();
      }
      yield tracked(String(++count), { kinds: kinds as readonly string[] });
    }
  }),

  /** The live tail of the flows page: rows that are new or have grown. */
  flows: procedure.input(z.object({ clusterId: ClusterId, filter: FlowFilter })).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    await verbs['cluster.get'](ctx.verb, { clusterId: input.clusterId });
    let count = 0;
    yield tracked(String(count), { rows: [], cut: false } as Pick<FlowNews, 'rows' | 'cut'>);
    const fresh = async () => verbContext({ ...ctx, session: await currentSession() });
    for await (const { rows, cut } of watchFlows(fresh, bus(), input, signal ?? never))
      yield tracked(String(++count), { rows, cut });
  }),
};
