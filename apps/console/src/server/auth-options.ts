import 'server-only';
import { MargayError } from '@margay/model';
import { readSession, signIn, userContext, verbs } from '@margay/services';
import type { NextAuthOptions } from 'next-auth';
import Credentials from 'next-auth/providers/credentials';
import { clientAddress } from './client-address.ts';
import { dependencies } from './dependencies.ts';
import { environment } from './environment.ts';
import { sentence } from './errors.ts';
import { log } from './log.ts';
import { newRequestId } from './request-id.ts';

declare module 'next-auth' {
  interface Session {
    sessionId?: string;
  }
  interface User {
    sessionId?: string;
  }
}
declare module 'next-auth/jwt' {
  interface JWT {
    sessionId?: string;
  }
}

const SESSION_SECONDS = 14 * 86_400;

/**
 * next-auth with passwords: the cookie is a JWT that holds the id of a session row, and nothing is believed but that row.
 * Cookies are HttpOnly, SameSite=Lax, and Secure with the __Secure- and __Host- prefixes as soon as NEXTAUTH_URL is https.
 */
export function authOptions(): NextAuthOptions {
  return {
    secret: environment().NEXTAUTH_SECRET,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: [
      Credentials({
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        authorize: (credentials, request) => authorize(credentials, request.headers ?? {}),
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user?.sessionId ? { ...token, sessionId: user.sessionId } : token),
      session: ({ session, token }) => (token.sessionId ? { ...session, sessionId: token.sessionId } : session),
    },
    events: { signOut: async ({ token }) => await endSessionRow(token?.sessionId) },
    logger: {
      error: (code, metadata) => log.warn({ code, metadata }, 'next-auth'),
      warn: (code) => log.debug({ code }, 'next-auth'),
    },
  };
}

async function authorize(
  credentials: Record<'email' | 'password', string> | undefined,
  headers: Record<string, string>,
) {
  const requestId = newRequestId();
  try {
    const { user, sessionId } = await signIn(
      dependencies(),
      { email: credentials?.email ?? '', password: credentials?.password ?? '' },
      {
        address: clientAddress(headers['x-forwarded-for']),
        userAgent: headers['user-agent'] ?? '',
        requestId,
        now: new Date(),
      },
    );
    return { id: user.userId, name: user.name, email: user.email, sessionId };
  } catch (error) {
    if (error instanceof MargayError && error.code !== 'INTERNAL') throw new Error(sentence(error.message));
    log.error({ err: error, requestId }, 'sign-in failed');
    throw new Error(`Signing in failed on the server. Quote ${requestId} to whoever runs it: the log has the cause.`);
  }
}

async function endSessionRow(sessionId: string | undefined): Promise<void> {
  const now = new Date();
  const session = await readSession(dependencies(), sessionId, now);
  if (session)
    await verbs['account.signOut'](userContext(dependencies(), session, null, { requestId: newRequestId(), now }), {});
}
