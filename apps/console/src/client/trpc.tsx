'use client';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { type ReactNode, useEffect, useState } from 'react';
import superjson from 'superjson';
import type { AppRouter } from '../server/router.ts';
import { makeQueryClient } from './query-client.ts';

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export { useTRPC, useTRPCClient };

const URL_PATH = '/api/trpc';
const ORG_HEADER = 'x-margay-org';

/** The browser's one way to the server. `org` (a slug) goes with every call; the server checks the membership. */
export function ApiProvider({ org, children }: { org: string | null; children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient);
  const [client] = useState(() => makeClient(org));
  useSignInAgain(queryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}

function makeClient(org: string | null) {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        // EventSource sends no headers: the organisation travels as a connection parameter.
        true: httpSubscriptionLink({
          url: URL_PATH,
          transformer: superjson,
          connectionParams: org ? { org } : undefined,
        }),
        false: httpBatchStreamLink({
          url: URL_PATH,
          transformer: superjson,
          headers: org ? { [ORG_HEADER]: org } : {},
          maxItems: 10,
        }),
      }),
    ],
  });
}

/** A session that ended elsewhere: to the sign-in page, and back here after. */
function useSignInAgain(queryClient: QueryClient): void {
  useEffect(
    () =>
      queryClient.getQueryCache().subscribe(({ query }) => {
        const { error } = query.state;
        if (!(error instanceof TRPCClientError) || (error.data as { code?: string } | null)?.code !== 'UNAUTHORIZED')
          return;
        window.location.assign(
          `/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`,
        );
      }),
    [queryClient],
  );
}
