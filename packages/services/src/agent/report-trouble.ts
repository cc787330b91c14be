import { MargayError } from '@margay/model';
import { TroubleReport } from '@margay/wire';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { findInstallToken } from '../install/find-token.ts';

/**
 * An agent that cannot enrol, or cannot keep what it enrolled for, says why: the connect page shows it. Taken for as long as the token could still buy a
 * credential: whoever finds it later has no say.
 */
export const reportTrouble = verb({
  name: 'agent.reportTrouble',
  kind: 'write',
  needs: 'none',
  input: z.object({ token: z.string().max(200), report: TroubleReport }),
  output: z.object({}),
  run: async ({ db, input, ctx, enter }) => {
    const found = await findInstallToken(db, input.token);
    if (!found || found.cluster_deleted || found.expires_at <= ctx.now)
      throw new MargayError('UNAUTHENTICATED', 'this install token is not known, or no longer good');
    const { org_id: orgId, token_id: id } = found;
    await enter({ orgId });
    const { credential } = await db.installToken.findUniqueOrThrow({
      where: { orgId_id: { orgId, id } },
      select: { credential: { select: { lastUsedAt: true } } },
    });
    if (credential !== null && credential.lastUsedAt !== null)
      throw new MargayError('CONFLICT', 'this install token has been used');
    const { message } = input.report;
    await db.installToken.updateMany({ where: { orgId, id }, data: { trouble: message } });
    return {
      result: {},
      audit: {
        action: 'cluster.troubled',
        subject: `cluster ${found.cluster_name}`,
        after: { message },
        by: 'holder of the install token',
      },
    };
  },
});
