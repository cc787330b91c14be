import 'server-only';
import type { Session } from '@margay/services';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { newRequestId } from './request-id.ts';
import { appRouter } from './router.ts';
import { currentSession } from './session.ts';
import { createCallerFactory } from './trpc.ts';

const createCaller = createCallerFactory(appRouter);

/** Session and read verbs for a page of an organisation. Sends away who is not signed in; an organisation that is not theirs does not exist. */
export const orgPage = cache(async (slug: string) => {
  const session = await currentSession();
  if (!session) {
    const address = (await headers()).get('x-address') ?? `/o/${slug}`;
    redirect(`/sign-in?next=${encodeURIComponent(address)}`);
  }
  const org = session.orgs.find((each) => each.slug === slug);
  if (!org) notFound();
  const api = createCaller({ session, org: slug, requestId: newRequestId() });
  return { session: session satisfies Session, org, api };
});

/** The clusters of an organisation; null when they cannot be read just now, which pages say for themselves. */
export const orgClusters = cache(async (slug: string) => {
  const { api } = await orgPage(slug);
  // The cause is in the log, under the id that the error carries.
  return await api.cluster.list().catch(() => null);
});
