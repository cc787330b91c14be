import { z } from 'zod';
import { verb } from '../core/verb.ts';

/** Signs out everywhere, here too. */
export const endAllSessions = verb({
  name: 'account.signOutEverywhere',
  kind: 'write',
  needs: 'user',
  input: z.object({}),
  output: z.object({ ended: z.number().int() }),
  run: async ({ db, actor, ctx }) => {
    const live = { userId: actor.userId, endedAt: null, expiresAt: { gt: ctx.now } };
    const { count } = await db.session.updateMany({ where: live, data: { endedAt: ctx.now } });
    return {
      result: { ended: count },
      audit: { action: 'session.allEnded', subject: `sessions of ${actor.email}`, after: { ended: count } },
    };
  },
});
