import { uuid7 } from '@margay/db';
import { UserId } from '@margay/model';
import { verb } from '../core/verb.ts';
import { SignUpInput, SignUpOutput } from '../inputs/account.ts';
import { takeAttempt } from './attempt-limiter.ts';
import { hashPassword } from './password.ts';

const HOUR_MS = 3_600_000;

/** Successes count too: what is bounded is how many accounts one address makes, and how often an e-mail is asked about. */
export const signUp = verb({
  name: 'account.signUp',
  kind: 'write',
  needs: 'none',
  input: SignUpInput,
  output: SignUpOutput,
  conflict: 'there is an account with that e-mail address already: sign in instead',
  before: async ({ deps, address, now }, { email }) => {
    const ofAddress = address === undefined ? [] : [{ name: 'address', of: address, max: 30 }];
    const rules = [...ofAddress, { name: 'account', of: email, max: 5 }];
    await takeAttempt(deps.db, { door: 'sign-up', rules, windowMs: HOUR_MS }, now);
  },
  run: async ({ db, input, ctx, enter }) => {
    const userId = UserId.parse(uuid7());
    const hash = await hashPassword(input.password);
    await enter({ userId });
    const { name, email } = input;
    await db.user.createMany({ data: [{ id: userId, name, email, createdAt: ctx.now }] });
    await db.userPassword.createMany({ data: [{ userId, hash, changedAt: ctx.now }] });
    return {
      result: { userId },
      audit: { action: 'account.signedUp', subject: `account ${email}`, after: { name, email } },
    };
  },
});
