import type { Tx } from '@margay/db';
import { type ClusterId, MargayError, type OrgId } from '@margay/model';
import { isAlive } from '../cluster/load-views.ts';

interface Binding {
  readonly orgId: OrgId;
  readonly clusterId: ClusterId;
  readonly clusterUid: string;
  readonly kubernetesVersion: string;
  readonly now: Date;
}

/**
 * Ties the console's cluster to the Kubernetes cluster that enrols. One that stands for another already is tied anew only when nobody has been heard from that one
 * (it was built again, as a lab is); its credentials are then revoked. While it lives, the line was run on the wrong cluster, and that is refused.
 */
export async function bindCluster(db: Tx, binding: Binding): Promise<{ rebound: boolean }> {
  const { orgId, clusterId, clusterUid, kubernetesVersion, now } = binding;
  const cluster = await db.cluster.findUniqueOrThrow({
    where: { orgId_id: { orgId, id: clusterId } },
    include: { agents: { select: { lastSeenAt: true } } },
  });
  const rebound = cluster.uid !== null && cluster.uid !== clusterUid;
  if (rebound) {
    if (cluster.agents.some((agent) => isAlive(agent.lastSeenAt.getTime(), now)))
      throw new MargayError(
        'CONFLICT',
        `${cluster.name} is connected to another Kubernetes cluster right now: create a cluster of its own for this one in the console`,
      );
    await db.agentCredential.updateMany({ where: { orgId, clusterId, revokedAt: null }, data: { revokedAt: now } });
    await db.agent.deleteMany({ where: { orgId, clusterId } });
  }
  await db.cluster.updateMany({
    where: { orgId, id: clusterId },
    data: { uid: clusterUid, kubernetesVersion, enrolledAt: cluster.enrolledAt ?? now },
  });
  return { rebound };
}
