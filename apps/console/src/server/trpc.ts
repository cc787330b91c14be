import 'server-only';
import { nobodyContext, type Session, userContext, type Context as VerbContext } from '@margay/services';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { dependencies } from './dependencies.ts';
import { toTrpcError } from './errors.ts';

/** What a call comes with: who, and which organisation (a slug) it says it is about. */
export interface ApiContext {
  readonly session: Session | null;
  readonly org: string | null;
  readonly requestId: string;
  /** Where the browser is, as the front door saw it. A page that is rendered here has none. */
  readonly address?: string;
}

const t = initTRPC.context<ApiContext>().create({
  transformer: superjson,
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
});

/** The one wrapper: session and membership become a verb's context; errors are mapped once. */
export const procedure = t.procedure.use(async ({ ctx, path, next }) => {
  const verb = orTrpcError(() => verbContext(ctx), ctx, path);
  const result = await next({ ctx: { ...ctx, verb } });
  if (!result.ok) throw toTrpcError(result.error, ctx.requestId, path);
  return result;
});

function orTrpcError<T>(run: () => T, { requestId }: ApiContext, path: string): T {
  try {
    return run();
  } catch (error) {
    throw toTrpcError(error, requestId, path);
  }
}

/** The same for a stream, whose errors come after its procedure has answered. */
export async function* mapErrors<T>(
  stream: AsyncIterable<T>,
  { requestId }: ApiContext,
  path: string,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw toTrpcError(error, requestId, path);
  }
}

/** Proves the membership. @throws MargayError NOT_FOUND for an organisation that is not theirs. */
export function verbContext({ session, org, requestId, address }: ApiContext): VerbContext {
  const meta = { requestId, now: new Date(), address };
  return session ? userContext(dependencies(), session, org, meta) : nobodyContext(dependencies(), meta);
}

export const { createCallerFactory, router } = t;
