import 'server-only';
import { ClusterId } from '@margay/model';
import { type FlowNews, readSession, verbs, watchFlows } from '@margay/services';
import { FlowFilter } from '@margay/services/inputs';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { bus } from './bus.ts';
import { clusterSignals } from './cluster-signals.ts';
import { dependencies } from './dependencies.ts';
import { type ApiContext, mapErrors, procedure, verbContext } from './trpc.ts';

const STILL_MEMBER_EVERY_MS = 30_000;
const never = new AbortController().signal;

/** Streams: a browser is told that there is something new and reads it through the verbs. Keys travel, never rows. */
export const liveProcedures = {
  /** What happens to a cluster, as it happens, at most 4 times a second of a kind. Ends when the session or the membership does. */
  cluster: procedure
    .input(z.object({ clusterId: ClusterId }))
    .subscription(({ ctx, input, signal, path }) =>
      mapErrors(clusterNews(ctx, input.clusterId, signal ?? never), ctx, path),
    ),
  /** The live tail of the flows page: rows that are new or have grown. */
  flows: procedure
    .input(z.object({ clusterId: ClusterId, filter: FlowFilter }))
    .subscription(({ ctx, input, signal, path }) => mapErrors(flowNews(ctx, input, signal ?? never), ctx, path)),
};

async function* clusterNews(ctx: ApiContext, clusterId: ClusterId, signal: AbortSignal) {
  const check = async () => void (await verbs['cluster.get'](await freshContext(ctx), { clusterId }));
  await check();
  let checkedMs = Date.now();
  let count = 0;
  // The first word opens the stream, so that the browser knows that it stands.
  yield tracked(String(count), { kinds: [] as readonly string[] });
  for await (const kinds of clusterSignals(bus(), clusterId, signal)) {
    if (Date.now() - checkedMs > STILL_MEMBER_EVERY_MS) {
      await check();
      checkedMs = Date.now();
    }
    yield tracked(String(++count), { kinds: kinds as readonly string[] });
  }
}

async function* flowNews(ctx: ApiContext, input: { clusterId: ClusterId; filter: FlowFilter }, signal: AbortSignal) {
  await verbs['cluster.get'](verbContext(ctx), { clusterId: input.clusterId });
  let count = 0;
  yield tracked(String(count), { rows: [], cut: false } as Pick<FlowNews, 'rows' | 'cut'>);
  for await (const { rows, cut } of watchFlows(() => freshContext(ctx), bus(), input, signal))
    yield tracked(String(++count), { rows, cut });
}

/** The caller as of now: a session that has ended since ends its streams. */
async function freshContext(ctx: ApiContext) {
  const session = ctx.session ? await readSession(dependencies(), ctx.session.sessionId, new Date()) : null;
  return verbContext({ ...ctx, session });
}
