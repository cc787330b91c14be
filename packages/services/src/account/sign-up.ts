import { uuid7 } from '@margay/db';
import { UserId } from '@margay/model';
import { verb } from '../core/verb.ts';
import { SignUpInput, SignUpOutput } from '../inputs/account.ts';
import { hashPassword } from './password.ts';

export const signUp = verb({
  name: 'account.signUp',
  kind: 'write',
  needs: 'none',
  input: SignUpInput,
  output: SignUpOutput,
  conflict: 'there is an account with that e-mail address already: sign in instead',
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
