import 'server-only';
import { readSession, type Session } from '@margay/services';
import { getServerSession } from 'next-auth';
import { cache } from 'react';
import { authOptions } from './auth-options.ts';
import { dependencies } from './dependencies.ts';

/** The live session of this request, read from the database on every request: signing out and removal count at once. */
export const currentSession = cache(async (): Promise<Session | null> => {
  const cookie = await getServerSession(authOptions());
  return cookie?.sessionId ? await readSession(dependencies(), cookie.sessionId, new Date()) : null;
});
