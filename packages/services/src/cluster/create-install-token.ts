import { uuid7 } from '@margay/db';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { ClusterInput, CreateInstallTokenOutput } from '../inputs/cluster.ts';
import { installLines } from '../install/lines.ts';
import { newSecret, sha256 } from '../install/token.ts';

const HOUR_MS = 3_600_000;

/** A token for one enrolment of this cluster within the hour. Shown now and never again: only its SHA-256 is kept. */
export const createInstallToken = verb({
  name: 'cluster.createInstallToken',
  kind: 'write',
  needs: 'cluster.write',
  input: ClusterInput,
  output: CreateInstallTokenOutput,
  run: async ({ db, orgId, input, ctx }) => {
    const cluster = await requireCluster(db, orgId, input.clusterId);
    const token = `mgt_${newSecret()}`;
    const tokenId = uuid7();
    const expiresAt = new Date(ctx.now.getTime() + HOUR_MS);
    await db.installToken.createMany({
      data: [{ orgId, id: tokenId, clusterId: cluster.id, tokenHash: sha256(token), createdAt: ctx.now, expiresAt }],
    });
    return {
      result: { tokenId, token, expiresAt, ...installLines(ctx.deps.publicUrl, token) },
      audit: {
        action: 'cluster.installTokenCreated',
        subject: `cluster ${cluster.name}`,
        after: { tokenId, expiresAt: expiresAt.toISOString() },
      },
    };
  },
});
