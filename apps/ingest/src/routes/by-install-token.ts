import { MargayError } from '@margay/model';
import { type Context, nobodyContext, parseInput } from '@margay/services';
import type { z } from 'zod';
import { bearerOf } from '../admission/credentials.ts';
import { parseJson } from '../body/parse-json.ts';
import { announcedBytes, readBody } from '../body/read-body.ts';
import { admitStranger, checkVersion } from './admit.ts';
import type { Call } from './route.ts';

/** What an agent says that has no credential yet, only the install token; whether that one is good is for the verb to say. */
export async function readByInstallToken<S extends z.ZodType>(
  call: Call,
  schema: S,
  bytesMax: number,
): Promise<{ ctx: Context; token: string; body: z.output<S> }> {
  const { deps, request, requestId, receivedAt } = call;
  checkVersion(call);
  announcedBytes(request, bytesMax);
  const token = bearerOf(request.headers.authorization);
  if (token === null)
    throw new MargayError('UNAUTHENTICATED', 'send the install token as "authorization: Bearer <token>"');
  admitStranger(call);
  const body = parseInput(schema, parseJson(await readBody(request, bytesMax)));
  return { ctx: nobodyContext(deps.services, { requestId, now: receivedAt }), token, body };
}
