import { type AuthenticatedUser, authenticate } from '../account/authenticate.ts';
import type { Deps } from '../core/context.ts';
import { startSession } from './start-session.ts';

export interface SignInMeta {
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly now: Date;
}

/** Proves who it is and opens a session: what the cookie is to hold is `sessionId`. @throws as {@link authenticate} does. */
export async function signIn(
  deps: Deps,
  credentials: { email: string; password: string },
  meta: SignInMeta,
): Promise<{ user: AuthenticatedUser; sessionId: string; expiresAt: Date }> {
  const { now, requestId } = meta;
  const user = await authenticate(deps, credentials, meta);
  const actor = { kind: 'user', sessionId: null, ...user } as const;
  const { address, userAgent } = meta;
  const ctx = { actor, orgId: null, role: null, requestId, now, deps };
  return { user, ...(await startSession(ctx, { address: address.slice(0, 64), userAgent })) };
}
