import { randomBytes } from 'node:crypto';
import { type Tx, uuid7 } from '@margay/db';
import { MargayError, OrgId } from '@margay/model';
import { verb } from '../core/verb.ts';
import { CreateOrgInput, OrgView } from '../inputs/account.ts';
import { slugOf } from './slug.ts';

export const createOrg = verb({
  name: 'org.create',
  kind: 'write',
  needs: 'user',
  input: CreateOrgInput,
  output: OrgView,
  run: async ({ db, input, actor, ctx, enter }) => {
    const id = OrgId.parse(uuid7());
    await enter({ orgId: id });
    const slug = await insert(db, { id, name: input.name, createdAt: ctx.now });
    const owner = { orgId: id, userId: actor.userId, role: 'owner', createdAt: ctx.now };
    await db.membership.createMany({ data: [owner] });
    return {
      result: { id, name: input.name, slug, role: 'owner' as const, createdAt: ctx.now },
      audit: { action: 'org.created', subject: `organisation ${input.name}`, after: { id, slug, name: input.name } },
    };
  },
});

/** Takes the first free slug. A conflict would end the transaction, so it is skipped and seen in the count. */
async function insert(db: Tx, org: { id: string; name: string; createdAt: Date }): Promise<string> {
  const plain = slugOf(org.name);
  const candidates = [plain, ...Array.from({ length: 4 }, () => `${plain}-${randomBytes(3).toString('hex')}`)];
  for (const slug of candidates) {
    const { count } = await db.org.createMany({ data: [{ ...org, slug }], skipDuplicates: true });
    if (count === 1) return slug;
  }
  throw new MargayError('CONFLICT', 'no free address was found for that name: choose another');
}
