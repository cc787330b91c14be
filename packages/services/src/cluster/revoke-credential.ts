import { MargayError } from '@margay/model';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { Done } from '../inputs/account.ts';
import { RevokeCredentialInput } from '../inputs/cluster.ts';

/** Agents that hold it are refused from their next request on. */
export const revokeCredential = verb({
  name: 'cluster.revokeCredential',
  kind: 'write',
  needs: 'cluster.write',
  input: RevokeCredentialInput,
  output: Done,
  run: async ({ db, orgId, input, ctx }) => {
    const { clusterId, credentialId } = input;
    const cluster = await requireCluster(db, orgId, clusterId);
    const { count } = await db.agentCredential.updateMany({
      where: { orgId, clusterId, id: credentialId, revokedAt: null },
      data: { revokedAt: ctx.now },
    });
    if (count === 0) throw new MargayError('NOT_FOUND', 'there is no such credential, or it was revoked before');
    return {
      result: { done: true as const },
      audit: { action: 'cluster.credentialRevoked', subject: `cluster ${cluster.name}`, before: { credentialId } },
      announce: ['revoked', clusterId] as const,
    };
  },
});
