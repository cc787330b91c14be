import { uuid7 } from '@margay/db';
import { z } from 'zod';
import { verb } from '../core/verb.ts';

const DAYS_VALID = 14;

/** Opens a session for the person who has just proved who they are. Not in the registry: only the sign-in door calls it. */
export const startSession = verb({
  name: 'session.start',
  kind: 'write',
  needs: 'user',
  input: z.object({ address: z.string().max(64), userAgent: z.string().transform((text) => text.slice(0, 300)) }),
  output: z.object({ sessionId: z.uuid(), expiresAt: z.date() }),
  run: async ({ db, input, actor, ctx }) => {
    const sessionId = uuid7();
    const expiresAt = new Date(ctx.now.getTime() + DAYS_VALID * 86_400_000);
    const { address, userAgent } = input;
    await db.session.createMany({
      data: [{ id: sessionId, userId: actor.userId, createdAt: ctx.now, expiresAt, address, userAgent }],
    });
    return {
      result: { sessionId, expiresAt },
      audit: { action: 'session.started', subject: `session ${sessionId}`, after: { address, userAgent } },
    };
  },
});
