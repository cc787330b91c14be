import 'server-only';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { z } from 'zod';
import { clientAddress } from './client-address.ts';
import { newRequestId } from './request-id.ts';
import { appRouter } from './router.ts';
import { currentSession } from './session.ts';
import type { ApiContext } from './trpc.ts';

const BODY_BYTES_MAX = 1_000_000;
const Org = z.string().max(200).nullable().catch(null);

/** The browser's API. Requests of other origins, and bodies that no screen sends, are refused before anything is read. */
export async function handleApi(request: Request): Promise<Response> {
  if (isForeign(request)) return new Response('This API answers its own pages only.', { status: 403 });
  if (Number(request.headers.get('content-length') ?? 0) > BODY_BYTES_MAX)
    return new Response('The request is too large.', { status: 413 });
  return await fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: async ({ info }): Promise<ApiContext> => ({
      session: await currentSession(),
      org: Org.parse(request.headers.get('x-margay-org') ?? info.connectionParams?.org ?? null),
      requestId: newRequestId(),
      address: clientAddress(request.headers.get('x-forwarded-for')),
    }),
  });
}

/** A page of another origin that uses this browser's cookie: SameSite=Lax keeps it out already, this is the second wall. */
function isForeign(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (!origin || request.method === 'GET') return false;
  return !URL.canParse(origin) || new URL(origin).host !== request.headers.get('host');
}
