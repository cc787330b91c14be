import { verb } from '../core/verb.ts';
import { ChangeRoleInput, Done } from '../inputs/account.ts';
import { lockMember } from './guard-owners.ts';

export const changeRole = verb({
  name: 'member.changeRole',
  kind: 'write',
  needs: 'member.write',
  input: ChangeRoleInput,
  output: Done,
  run: async ({ db, orgId, input, ctx }) => {
    const { userId, role } = input;
    const before = await lockMember(db, ctx, orgId, userId, role);
    const { email } = await db.user.findUniqueOrThrow({ where: { id: userId }, select: { email: true } });
    await db.membership.updateMany({ where: { orgId, userId }, data: { role } });
    return {
      result: { done: true as const },
      audit: { action: 'member.roleChanged', subject: `member ${email}`, before, after: { role } },
    };
  },
});
