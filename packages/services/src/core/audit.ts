import { Prisma } from '@margay/db';
import { MargayError } from '@margay/model';
import type { Context } from './context.ts';
import type { OpenTransaction } from './transaction.ts';

/** One line of the audit log, as its verb tells it. `before` and `after` hold what changed, never a secret. */
export interface Audit {
  /** `cluster.created`, past tense. */
  readonly action: string;
  /** What it was done to, in words that stay true: a name with an id. */
  readonly subject: string;
  readonly before?: Prisma.InputJsonValue | null;
  readonly after?: Prisma.InputJsonValue | null;
  /** Who did it, where the actor is nobody yet (the holder of an install token). */
  readonly by?: string;
}

/** Said instead of an {@link Audit} by what agents and jobs report all the time: it changes no decision of a person. */
export const TELEMETRY = { telemetry: true } as const;

/** Writes the row into the organisation's log, or into the person's own where the transaction is in no organisation. */
export async function writeAudit(open: OpenTransaction, ctx: Context, audit: Audit, id: string): Promise<void> {
  const { orgId, userId } = open.scope;
  const row = {
    id,
    at: ctx.now,
    action: audit.action,
    subject: audit.subject,
    before: audit.before ?? Prisma.DbNull,
    after: audit.after ?? Prisma.DbNull,
    requestId: ctx.requestId,
  };
  if (orgId !== null) await open.tx.auditEntry.createMany({ data: [{ ...row, orgId, ...actorOf(ctx, audit) }] });
  else if (userId !== null) await open.tx.accountEntry.createMany({ data: [{ ...row, userId }] });
  else throw new MargayError('INTERNAL', `${audit.action} happened in no organisation and to no person`);
}

function actorOf({ actor }: Context, audit: Audit) {
  switch (actor.kind) {
    case 'user':
      return { actorKind: 'user', actorId: actor.userId, actorName: actor.name };
    case 'agent':
      return { actorKind: 'agent', actorId: actor.credentialId, actorName: 'agent' };
    case 'system':
      return { actorKind: 'system', actorId: actor.name, actorName: `Margay (${actor.name})` };
    case 'nobody':
      return { actorKind: 'system', actorId: '', actorName: audit.by ?? 'not signed in' };
  }
}
