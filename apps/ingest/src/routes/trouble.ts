import { MargayError } from '@margay/model';
import { nobodyContext, parseInput, verbs } from '@margay/services';
import { TroubleReport } from '@margay/wire';
import { bearerOf } from '../admission/credentials.ts';
import { parseJson } from '../body/parse-json.ts';
import { announcedBytes, readBody } from '../body/read-body.ts';
import { admitStranger, checkVersion } from './admit.ts';
import { json, type Route } from './route.ts';

const BYTES_MAX = 4 << 10;

/** POST /api/agent/trouble: what keeps an agent from enrolling. */
export const receiveTrouble: Route = async (call) => {
  const { deps, request, requestId, receivedAt } = call;
  checkVersion(call);
  announcedBytes(request, BYTES_MAX);
  const token = bearerOf(request.headers.authorization);
  if (token === null)
    throw new MargayError('UNAUTHENTICATED', 'send the install token as "authorization: Bearer <token>"');
  admitStranger(call);
  const report = parseInput(TroubleReport, parseJson(await readBody(request, BYTES_MAX)));
  const ctx = nobodyContext(deps.services, { requestId, now: receivedAt });
  return json(await verbs['agent.reportTrouble'](ctx, { token, report }));
};
