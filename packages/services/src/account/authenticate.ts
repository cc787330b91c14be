import { uuid7 } from '@margay/db';
import { MargayError, UserId } from '@margay/model';
import { z } from 'zod';
import type { Deps } from '../core/context.ts';
import { parseInput, toMargayError } from '../core/map-error.ts';
import { Email } from '../inputs/account.ts';
import { type Attempts, TooManyAttempts, takeAttempt } from './attempt-limiter.ts';
import { passwordFits } from './password.ts';

export interface AuthenticateMeta {
  /** The browser's address, as the edge knows it. */
  readonly address: string;
  readonly requestId: string;
  readonly now: Date;
}
export interface AuthenticatedUser {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
}

const QUARTER_HOUR_MS = 15 * 60_000;
const attemptsOf = (email: string, address: string): Attempts => ({
  door: 'sign-in',
  windowMs: QUARTER_HOUR_MS,
  rules: [
    { name: 'account from address', of: `${email} ${address}`, max: 5, forgottenOnSuccess: true },
    { name: 'address', of: address, max: 50 },
    { name: 'account', of: email, max: 50 },
  ],
});

// Not the sign-up rules: whatever the rules are now, an old password must be tried, and a wrong one says "wrong".
const Credentials = z.object({ email: Email, password: z.string().min(1, 'enter your password').max(1024) });

/**
 * Who signs in with e-mail and password. An unknown address takes as long as a wrong password and gets the same answer.
 *
 * @throws MargayError VALIDATION, UNAUTHENTICATED, or LIMIT_EXCEEDED after 5 failures in 15 minutes (50 from one address or for one account), whichever process they came to.
 */
export async function authenticate(
  deps: Pick<Deps, 'db'>,
  raw: { email: string; password: string },
  meta: AuthenticateMeta,
): Promise<AuthenticatedUser> {
  const { email, password } = parseInput(Credentials, raw);
  const succeeded = await admitAttempt(deps, email, meta);
  const account = await findAccount(deps, email);
  if (!(await passwordFits(account?.password_hash ?? null, password)) || !account)
    throw new MargayError('UNAUTHENTICATED', 'wrong e-mail or password');
  await succeeded();
  return { userId: UserId.parse(account.user_id), name: account.name, email };
}

async function admitAttempt(deps: Pick<Deps, 'db'>, email: string, meta: AuthenticateMeta) {
  try {
    return await takeAttempt(deps.db, attemptsOf(email, meta.address), meta.now);
  } catch (error) {
    if (error instanceof TooManyAttempts && error.isFirst) await auditRefusal(deps, email, meta);
    throw error;
  }
}

/** Into the person's own log, once a window: a flood must not fill it. An address without an account has no log. */
async function auditRefusal(
  deps: Pick<Deps, 'db'>,
  email: string,
  { address, requestId, now }: AuthenticateMeta,
): Promise<void> {
  const account = await findAccount(deps, email);
  if (!account) return;
  const userId = account.user_id;
  const [id, action, subject] = [uuid7(now.getTime()), 'session.refused', `account ${email}`];
  const after = { address, reason: 'too many attempts' };
  await deps.db.inTenant({ userId }, (tx) =>
    tx.accountEntry.createMany({ data: [{ id, userId, at: now, action, subject, after, requestId }] }),
  );
}

async function findAccount({ db }: Pick<Deps, 'db'>, email: string) {
  type Row = { user_id: string; name: string; password_hash: string };
  try {
    const rows = await db.inTenant({}, (tx) => tx.$queryRaw<Row[]>`select * from gate.sign_in(${email})`, {
      readOnly: true,
    });
    return rows[0] ?? null;
  } catch (error) {
    throw toMargayError(error, { verb: 'sign-in' });
  }
}
