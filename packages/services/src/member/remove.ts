import { verb } from '../core/verb.ts';
import { Done, RemoveMemberInput } from '../inputs/account.ts';
import { lockMember } from './guard-owners.ts';

export const removeMember = verb({
  name: 'member.remove',
  kind: 'write',
  needs: 'member.write',
  input: RemoveMemberInput,
  output: Done,
  run: async ({ db, orgId, input, ctx }) => {
    const { userId } = input;
    const before = await lockMember(db, ctx, orgId, userId, null);
    const { email } = await db.user.findUniqueOrThrow({ where: { id: userId }, select: { email: true } });
    await db.membership.deleteMany({ where: { orgId, userId } });
    return { result: { done: true as const }, audit: { action: 'member.removed', subject: `member ${email}`, before } };
  },
});
