import { setScope, type TenantScope, type Tx } from '@margay/db';
import type { Topic } from '@margay/jobs';
import { MargayError, type OrgId, type UserId } from '@margay/model';
import type { Context } from './context.ts';

/** A transaction and the scope it is in now. */
export interface OpenTransaction {
  readonly tx: Tx;
  readonly readOnly: boolean;
  /** Said after the commit. */
  readonly announcements: (readonly [topic: Topic, key: string])[];
  scope: { orgId: OrgId | null; userId: UserId | null };
  enter(scope: { orgId?: OrgId; userId?: UserId }): Promise<void>;
}

// By context object: a transaction can be handed on only with the very context that a verb was given.
const OPEN = new WeakMap<Context, OpenTransaction>();

export const transactionOf = {
  attach(ctx: Context, open: OpenTransaction): Context {
    const inner = { ...ctx };
    OPEN.set(inner, open);
    return inner;
  },
};

/** Runs `work` in the transaction that `ctx` carries, else in a new one of the context's tenant. */
export async function withTransaction<T>(
  ctx: Context,
  kind: 'read' | 'write',
  work: (open: OpenTransaction) => Promise<T>,
): Promise<T> {
  const outer = OPEN.get(ctx);
  if (outer) {
    if (outer.readOnly && kind === 'write')
      throw new MargayError('INTERNAL', 'a read verb may not call one that writes');
    return await work(outer);
  }
  const readOnly = kind === 'read';
  const scope = { orgId: ctx.orgId, userId: ctx.actor.kind === 'user' ? ctx.actor.userId : null };
  const announcements: OpenTransaction['announcements'] = [];
  const result = await ctx.deps.db.inTenant(
    scope satisfies TenantScope,
    (tx) => work(openIn(tx, { scope, readOnly, announcements })),
    { readOnly },
  );
  for (const [topic, key] of announcements) ctx.deps.announce?.(topic, key);
  return result;
}

function openIn(tx: Tx, start: Pick<OpenTransaction, 'scope' | 'readOnly' | 'announcements'>): OpenTransaction {
  return {
    tx,
    ...start,
    async enter(next) {
      this.scope = { ...this.scope, ...next };
      await setScope(tx, this.scope, this.readOnly);
    },
  };
}
