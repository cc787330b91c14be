import { MargayError } from '@margay/model';
import { z } from 'zod';
import { verb } from '../core/verb.ts';
import { Done } from '../inputs/account.ts';

/** Signs out: the session that the request came with is over at once, whoever else holds its cookie. */
export const endSession = verb({
  name: 'account.signOut',
  kind: 'write',
  needs: 'user',
  input: z.object({}),
  output: Done,
  run: async ({ db, actor, ctx }) => {
    if (actor.sessionId === null) throw new MargayError('PRECONDITION_FAILED', 'there is no session to end');
    await db.session.updateMany({ where: { id: actor.sessionId, endedAt: null }, data: { endedAt: ctx.now } });
    return {
      result: { done: true as const },
      audit: { action: 'session.ended', subject: `session ${actor.sessionId}` },
    };
  },
});
