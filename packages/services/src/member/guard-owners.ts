import type { Tx } from '@margay/db';
import { MargayError, type OrgId, Role, type UserId } from '@margay/model';
import type { Context } from '../core/context.ts';

/**
 * The member to be changed, locked together with every owner: two who demote each other at once wait for one another, so one owner always stays.
 *
 * @throws MargayError NOT_FOUND for somebody who is no member; PRECONDITION_FAILED where the last owner would go; FORBIDDEN where an admin touches an owner.
 */
export async function lockMember(db: Tx, ctx: Context, orgId: OrgId, userId: UserId, next: Role | null) {
  type Row = { user_id: string; role: string };
  const rows = await db.$queryRaw<Row[]>`
    select user_id, role from memberships where org_id = ${orgId}::uuid and (role = 'owner' or user_id = ${userId}::uuid)
    order by user_id for update`;
  const member = rows.find((row) => row.user_id === userId);
  if (!member) throw new MargayError('NOT_FOUND', 'there is no such member');
  const role = Role.parse(member.role);
  requireOwner(ctx, role, next);
  const owners = rows.filter((row) => row.role === 'owner').length;
  if (role === 'owner' && next !== 'owner' && owners === 1)
    throw new MargayError('PRECONDITION_FAILED', 'an organisation needs an owner: make somebody else owner first');
  return { role };
}

/** Only owners make owners or unmake them. */
export function requireOwner(ctx: Context, role: Role | null, next: Role | null): void {
  const touchesOwner = role === 'owner' || next === 'owner';
  if (touchesOwner && ctx.actor.kind === 'user' && ctx.role !== 'owner')
    throw new MargayError('FORBIDDEN', 'only an owner may add, change or remove an owner');
}
