import { verbs } from '@margay/services';
import { EnrollRequest } from '@margay/wire';
import { readByInstallToken } from './by-install-token.ts';
import { json, type Route } from './route.ts';

const BYTES_MAX = 16 << 10;

/** POST /api/agent/enroll: trades the install token for the cluster's lasting credential. */
export const enroll: Route = async (call) => {
  const { ctx, token, body: request } = await readByInstallToken(call, EnrollRequest, BYTES_MAX);
  const enrolled = await verbs['agent.enroll'](ctx, { token, request });
  call.deps.bus.publish('cluster', enrolled.clusterId);
  return json(enrolled);
};
