import { MargayError, UserId } from '@margay/model';
import { z } from 'zod';
import type { Deps } from '../core/context.ts';
import { parseInput, toMargayError } from '../core/map-error.ts';
import { Email } from '../inputs/account.ts';
import { AttemptLimiter } from './attempt-limiter.ts';
import { passwordFits } from './password.ts';

export interface AuthenticateMeta {
  /** The browser's address, as the edge knows it. */
  readonly address: string;
  readonly now: Date;
}
export interface AuthenticatedUser {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
}

const QUARTER_HOUR_MS = 15 * 60_000;
const byEmailAndAddress = new AttemptLimiter({ perKeyMax: 5, windowMs: QUARTER_HOUR_MS, keysMax: 20_000 });
const byAddress = new AttemptLimiter({ perKeyMax: 50, windowMs: QUARTER_HOUR_MS, keysMax: 20_000 });
const byEmail = new AttemptLimiter({ perKeyMax: 50, windowMs: QUARTER_HOUR_MS, keysMax: 20_000 });

// Not the sign-up rules: whatever the rules are now, an old password must be tried, and a wrong one says "wrong".
const Credentials = z.object({ email: Email, password: z.string().min(1, 'enter your password').max(1024) });

/**
 * Who signs in with e-mail and password. An unknown address takes as long as a wrong password and gets the same answer.
 *
 * @throws MargayError VALIDATION, UNAUTHENTICATED, or LIMIT_EXCEEDED after 5 failures in 15 minutes (50 from one address or for one account).
 */
export async function authenticate(
  deps: Pick<Deps, 'db'>,
  raw: { email: string; password: string },
  { address, now }: AuthenticateMeta,
): Promise<AuthenticatedUser> {
  const { email, password } = parseInput(Credentials, raw);
  const limits = [
    [byEmailAndAddress, `${email} ${address}`],
    [byAddress, address],
    [byEmail, email],
  ] as const;
  for (const [limiter, key] of limits) limiter.check(key, now.getTime());
  const account = await findAccount(deps, email);
  if (!(await passwordFits(account?.password_hash ?? null, password)) || !account) {
    for (const [limiter, key] of limits) limiter.fail(key, now.getTime());
    throw new MargayError('UNAUTHENTICATED', 'wrong e-mail or password');
  }
  byEmailAndAddress.succeed(`${email} ${address}`);
  return { userId: UserId.parse(account.user_id), name: account.name, email };
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
