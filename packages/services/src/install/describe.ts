import { MargayError } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { type FoundToken, findInstallToken } from './find-token.ts';

/** What the manifest route needs: `usable` says whether the token goes into the manifest. A spent one still has a manifest, for `kubectl delete -f`. */
export const describeInstall = verb({
  name: 'install.describe',
  kind: 'read',
  needs: 'none',
  input: z.object({ token: z.string().max(200) }),
  output: z.object({
    clusterName: z.string(),
    usable: z.boolean(),
    state: z.enum(['unused', 'used', 'expired', 'cluster-deleted']),
    expiresAt: z.date(),
  }),
  run: async ({ db, input, ctx }) => {
    const found = await findInstallToken(db, input.token);
    if (!found)
      throw new MargayError(
        'NOT_FOUND',
        'this install address was never given out: copy the line again from the console',
      );
    const state = stateOf(found, ctx.now);
    // A used one may still be recovered by the cluster that used it, if the answer was lost: see agent.enroll.
    const usable = !found.cluster_deleted && found.expires_at > ctx.now;
    return { clusterName: found.cluster_name, usable, state, expiresAt: found.expires_at };
  },
});

function stateOf(found: FoundToken, now: Date): 'unused' | 'used' | 'expired' | 'cluster-deleted' {
  if (found.cluster_deleted) return 'cluster-deleted';
  if (found.used_at !== null) return 'used';
  return found.expires_at <= now ? 'expired' : 'unused';
}
