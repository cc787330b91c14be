import { ClusterId, MargayError, OrgId } from '@margay/model';
import { z } from 'zod';
import type { Deps } from '../core/context.ts';
import { toMargayError } from '../core/map-error.ts';
import { parseBearer, sha256 } from '../install/token.ts';

const Row = z.object({ org_id: OrgId, cluster_id: ClusterId, cluster_name: z.string() });

export interface AdmittedAgent {
  readonly orgId: OrgId;
  readonly clusterId: ClusterId;
  readonly clusterName: string;
  readonly credentialId: string;
}

/**
 * Admits an agent by its bearer (`mgc_<id>.<secret>`, without the word Bearer): one round trip, before a body is read.
 *
 * @throws MargayError UNAUTHENTICATED for a malformed, unknown or revoked credential and for one of a deleted cluster; UNAVAILABLE while the database is away.
 */
export async function admitAgent(deps: Pick<Deps, 'db'>, bearer: string, now: Date): Promise<AdmittedAgent> {
  const parsed = parseBearer(bearer);
  const row = parsed ? await ask(deps, parsed, now) : null;
  if (!parsed || !row)
    throw new MargayError(
      'UNAUTHENTICATED',
      'this credential is not valid (any more): make a new install line in the console and apply it',
    );
  const { org_id: orgId, cluster_id: clusterId, cluster_name: clusterName } = row;
  return { orgId, clusterId, clusterName, credentialId: parsed.credentialId };
}

async function ask(
  { db }: Pick<Deps, 'db'>,
  { credentialId, secret }: { credentialId: string; secret: string },
  now: Date,
) {
  try {
    const rows = await db.inTenant(
      {},
      (tx) => tx.$queryRaw<unknown[]>`
        select * from gate.admit_agent(${credentialId}::uuid, ${sha256(secret)}::bytea, ${now}::timestamptz)`,
    );
    return rows.length === 0 ? null : Row.parse(rows[0]);
  } catch (error) {
    throw toMargayError(error, { verb: 'agent.admit' });
  }
}
