import { verbs } from '@margay/services';
import { TroubleReport } from '@margay/wire';
import { readByInstallToken } from './by-install-token.ts';
import { json, type Route } from './route.ts';

const BYTES_MAX = 4 << 10;

/** POST /api/agent/trouble: what keeps an agent from enrolling. */
export const receiveTrouble: Route = async (call) => {
  const { ctx, token, body: report } = await readByInstallToken(call, TroubleReport, BYTES_MAX);
  return json(await verbs['agent.reportTrouble'](ctx, { token, report }));
};
