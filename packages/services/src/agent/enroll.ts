import { type Tx, uuid7 } from '@margay/db';
import { MargayError } from '@margay/model';
import { EnrollRequest, EnrollResponse } from '@margay/wire';
import { z } from 'zod';
import type { Audit } from '../core/audit.ts';
import { verb } from '../core/verb.ts';
import { findInstallToken } from '../install/find-token.ts';
import { newSecret, sha256 } from '../install/token.ts';
import { bindCluster } from './bind-cluster.ts';

const NEW_LINE = 'make a new install line in the console';

/**
 * Trades an install token for the cluster's lasting credential, once.
 *
 * An answer may be lost on its way, so the same Kubernetes cluster may ask again within the token's life, but only while the credential that it bought was
 * never used: then that one is revoked and a new one made. Once a credential has been used the token is spent, whoever holds it. Whoever finds the token in a
 * shell history therefore gets nothing after the agent's first request, and before it can at most take the agent's place, which shows: the agent is refused.
 */
export const enrollAgent = verb({
  name: 'agent.enroll',
  kind: 'write',
  needs: 'none',
  input: z.object({ token: z.string().max(200), request: EnrollRequest }),
  output: EnrollResponse,
  run: async ({ db, input, ctx, enter }) => {
    const found = await findInstallToken(db, input.token);
    if (!found) throw new MargayError('UNAUTHENTICATED', `this install token is not known: ${NEW_LINE}`);
    if (found.cluster_deleted)
      throw new MargayError(
        'PRECONDITION_FAILED',
        `cluster ${found.cluster_name} was deleted: create it again and ${NEW_LINE}`,
      );
    if (found.expires_at <= ctx.now)
      throw new MargayError('PRECONDITION_FAILED', `this install token has expired: ${NEW_LINE}`);
    const { org_id: orgId, cluster_id: clusterId, token_id: tokenId } = found;
    await enter({ orgId });
    const { clusterUid, kubernetesVersion, agentVersion, nodes } = input.request;

    await takeToken(db, tokenId, clusterUid, ctx.now);
    const { rebound } = await bindCluster(db, { orgId, clusterId, clusterUid, kubernetesVersion, now: ctx.now });
    const id = uuid7();
    const secret = newSecret();
    await db.agentCredential.createMany({
      data: [{ orgId, id, clusterId, secretHash: sha256(secret), createdAt: ctx.now }],
    });
    await db.installToken.updateMany({
      where: { orgId, id: tokenId },
      data: { usedAt: ctx.now, usedByUid: clusterUid, credentialId: id },
    });
    const audit: Audit = {
      action: 'cluster.enrolled',
      subject: `cluster ${found.cluster_name}`,
      after: { credentialId: id, tokenId, clusterUid, kubernetesVersion, agentVersion, nodes, rebound },
      by: 'holder of the install token',
    };
    // The credential that a lost answer bought is revoked.
    const announce = ['revoked', clusterId] as const;
    return { result: { clusterId, clusterName: found.cluster_name, credential: { id, secret } }, audit, announce };
  },
});

/** Locks the token's row, so that of two at once one waits and then sees it used. */
async function takeToken(db: Tx, tokenId: string, clusterUid: string, now: Date): Promise<void> {
  type Row = { used_at: Date | null; used_by_uid: string | null; credential_id: string | null };
  const [token] = await db.$queryRaw<Row[]>`
    select used_at, used_by_uid, credential_id from install_tokens where id = ${tokenId}::uuid for update`;
  if (!token || token.used_at === null || token.credential_id === null) return;
  const { count } =
    token.used_by_uid === clusterUid
      ? await db.agentCredential.updateMany({
          where: { id: token.credential_id, lastUsedAt: null, revokedAt: null },
          data: { revokedAt: now },
        })
      : { count: 0 };
  if (count === 0) throw new MargayError('CONFLICT', `this install token has been used: ${NEW_LINE}`);
}
