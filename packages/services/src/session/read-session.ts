import { OrgId, Role, UserId } from '@margay/model';
import { z } from 'zod';
import type { Deps } from '../core/context.ts';
import { toMargayError } from '../core/map-error.ts';

const SessionOrg = z.object({ id: OrgId, slug: z.string(), name: z.string(), role: Role });
const Row = z.object({
  user_id: UserId,
  email: z.string(),
  name: z.string(),
  expires_at: z.date(),
  orgs: z.array(SessionOrg),
});

export interface Session {
  readonly sessionId: string;
  readonly user: { readonly id: UserId; readonly email: string; readonly name: string };
  readonly expiresAt: Date;
  /** Oldest first. */
  readonly orgs: readonly z.infer<typeof SessionOrg>[];
}

/** The live session of that id with its person and their organisations: one round trip. Null once it ended or expired, and for anything that is no id. */
export async function readSession(deps: Pick<Deps, 'db'>, sessionId: unknown, now: Date): Promise<Session | null> {
  const id = z.uuid().safeParse(sessionId);
  if (!id.success) return null;
  try {
    const rows = await deps.db.inTenant(
      {},
      (tx) => tx.$queryRaw<unknown[]>`select * from gate.session(${id.data}::uuid, ${now}::timestamptz)`,
      { readOnly: true },
    );
    if (rows.length === 0) return null;
    const row = Row.parse(rows[0]);
    const user = { id: row.user_id, email: row.email, name: row.name };
    return { sessionId: id.data, user, expiresAt: row.expires_at, orgs: row.orgs };
  } catch (error) {
    throw toMargayError(error, { verb: 'session.read' });
  }
}
