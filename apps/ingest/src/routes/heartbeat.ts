import { parseInput, verbs } from '@margay/services';
import { Heartbeat, type HeartbeatResponse } from '@margay/wire';
import { parseJson } from '../body/parse-json.ts';
import { readBody } from '../body/read-body.ts';
import { admitRequest } from './admit.ts';
import { json, type Route } from './route.ts';

const BYTES_MAX = 2 << 20;
/** An agent's window: it flushes once each, unless somebody watches. */
const FLUSH_MS = 5_000;

/** POST /api/agent/heartbeat: an agent is there, and how it is. */
export const receiveHeartbeat: Route = async (call) => {
  const { deps, request, receivedAt } = call;
  const { agent, ctx } = await admitRequest(call, BYTES_MAX);
  return await deps.turnstile.pass(agent.orgId, async () => {
    const heartbeat = parseInput(Heartbeat, parseJson(await readBody(request, BYTES_MAX)));
    await verbs['agent.recordHeartbeat'](ctx, heartbeat);
    deps.bus.publish('cluster', agent.clusterId);
    const answer: HeartbeatResponse = {
      receivedAtMs: receivedAt.getTime(),
      desired: { flushMs: deps.watchers.leaseOf(agent.clusterId)?.flushMs ?? FLUSH_MS },
    };
    return json(answer);
  });
};
