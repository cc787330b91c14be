import type { Tx } from '@margay/db';
import { type ClusterId, MargayError, type OrgId } from '@margay/model';

/** The live cluster of this organisation. @throws MargayError NOT_FOUND, the same for a foreign, a deleted and an invented id. */
export async function requireCluster(db: Tx, orgId: OrgId, clusterId: ClusterId | string) {
  const cluster = await db.cluster.findUnique({ where: { orgId_id: { orgId, id: clusterId } } });
  if (!cluster || cluster.deletedAt !== null) throw new MargayError('NOT_FOUND', 'there is no such cluster');
  return cluster;
}
