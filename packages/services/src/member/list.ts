import { Role, UserId } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { ListMembersOutput } from '../inputs/account.ts';

export const listMembers = verb({
  name: 'member.list',
  kind: 'read',
  needs: 'member.read',
  input: z.object({}),
  output: ListMembersOutput,
  run: async ({ db, orgId }) => {
    const rows = await db.membership.findMany({
      where: { orgId },
      include: { user: { select: { name: true, email: true } } },
      orderBy: [{ createdAt: 'asc' }, { userId: 'asc' }],
    });
    return rows.map(({ userId, role, createdAt, user }) => ({
      userId: UserId.parse(userId),
      role: Role.parse(role),
      since: createdAt,
      ...user,
    }));
  },
});
