import { OrgId, Role } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { ListMyOrgsOutput } from '../inputs/account.ts';

export const listMyOrgs = verb({
  name: 'org.listMine',
  kind: 'read',
  needs: 'user',
  input: z.object({}),
  output: ListMyOrgsOutput,
  run: async ({ db, actor }) => {
    const rows = await db.membership.findMany({
      where: { userId: actor.userId },
      include: { org: true },
      orderBy: { org: { createdAt: 'asc' } },
    });
    return rows.map(({ org, role }) => ({ ...org, id: OrgId.parse(org.id), role: Role.parse(role) }));
  },
});
