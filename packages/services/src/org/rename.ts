import { verb } from '../core/verb.ts';
import { Done, RenameOrgInput } from '../inputs/account.ts';

export const renameOrg = verb({
  name: 'org.rename',
  kind: 'write',
  needs: 'org.write',
  input: RenameOrgInput,
  output: Done,
  run: async ({ db, orgId, input }) => {
    const before = await db.org.findUniqueOrThrow({ where: { id: orgId } });
    await db.org.updateMany({ where: { id: orgId }, data: { name: input.name } });
    return {
      result: { done: true as const },
      audit: {
        action: 'org.renamed',
        subject: `organisation ${input.name}`,
        before: { name: before.name },
        after: { name: input.name },
      },
    };
  },
});
