import { MargayError } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { ListAuditInput, ListAuditOutput } from '../inputs/account.ts';

/** Newest first. The cursor is the id of the last row shown: ids sort by time. */
export const listAudit = verb({
  name: 'audit.list',
  kind: 'read',
  needs: 'audit.read',
  input: ListAuditInput,
  output: ListAuditOutput,
  run: async ({ db, orgId, input }) => {
    const cursor = input.cursor === undefined ? null : z.uuid().safeParse(input.cursor);
    if (cursor && !cursor.success) throw new MargayError('VALIDATION', 'the cursor is not one of this list');
    const rows = await db.auditEntry.findMany({
      where: { orgId, ...(cursor ? { id: { lt: cursor.data } } : {}) },
      orderBy: { id: 'desc' },
      take: input.limit + 1,
    });
    const page = rows.slice(0, input.limit);
    const more = rows.length > input.limit;
    return {
      rows: page.map(({ id, at, actorName, action, subject, before, after }) => ({
        id,
        at,
        actor: actorName,
        action,
        subject,
        before,
        after,
      })),
      nextCursor: more ? (page.at(-1)?.id ?? null) : null,
    };
  },
});
