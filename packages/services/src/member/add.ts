import type { Tx } from '@margay/db';
import { MargayError, UserId } from '@margay/model';
import { verb } from '../core/verb.ts';
import { AddMemberInput, MemberView } from '../inputs/account.ts';
import { requireOwner } from './guard-owners.ts';

export const addMember = verb({
  name: 'member.add',
  kind: 'write',
  needs: 'member.write',
  input: AddMemberInput,
  output: MemberView,
  conflict: 'that person is a member already',
  run: async ({ db, orgId, input, ctx }) => {
    requireOwner(ctx, null, input.role);
    const userId = await findUser(db, input.email);
    await db.membership.createMany({ data: [{ orgId, userId, role: input.role, createdAt: ctx.now }] });
    const user = await db.user.findUniqueOrThrow({ where: { id: userId }, select: { name: true, email: true } });
    return {
      result: { userId, role: input.role, since: ctx.now, ...user },
      audit: { action: 'member.added', subject: `member ${user.email}`, after: { userId, role: input.role } },
    };
  },
});

async function findUser(db: Tx, email: string): Promise<UserId> {
  const rows = await db.$queryRaw<{ id: string | null }[]>`select gate.user_by_email(${email}) as id`;
  const id = rows[0]?.id;
  if (!id)
    throw new MargayError(
      'NOT_FOUND',
      `nobody has signed up as ${email}: ask them to sign up here first, then add them`,
    );
  return UserId.parse(id);
}
