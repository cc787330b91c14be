import { MargayError } from '@margay/model';
import { nobodyContext, parseInput, verbs } from '@margay/services';
import { EnrollRequest } from '@margay/wire';
import { bearerOf } from '../admission/credentials.ts';
import { parseJson } from '../body/parse-json.ts';
import { announcedBytes, readBody } from '../body/read-body.ts';
import { admitStranger, checkVersion } from './admit.ts';
import { json, type Route } from './route.ts';

const BYTES_MAX = 16 << 10;

/** POST /api/agent/enroll: trades the install token for the cluster's lasting credential. */
export const enroll: Route = async (call) => {
  const { deps, request, requestId, receivedAt } = call;
  checkVersion(call);
  announcedBytes(request, BYTES_MAX);
  const token = bearerOf(request.headers.authorization);
  if (token === null)
    throw new MargayError('UNAUTHENTICATED', 'send the install token as "authorization: Bearer <token>"');
  admitStranger(call);
  const body = parseInput(EnrollRequest, parseJson(await readBody(request, BYTES_MAX)));
  const ctx = nobodyContext(deps.services, { requestId, now: receivedAt });
  const enrolled = await verbs['agent.enroll'](ctx, { token, request: body });
  deps.bus.publish('cluster', enrolled.clusterId);
  return json(enrolled);
};
