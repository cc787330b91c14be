import { decodeBatch, type FlowAck, LIMITS } from '@margay/wire';
import { decompress } from '../body/decompress.ts';
import { readBody } from '../body/read-body.ts';
import { admitRequest } from './admit.ts';
import { json, type Route } from './route.ts';

/** POST /api/agent/flows: a batch, acknowledged after it is committed. */
export const receiveFlows: Route = async (call) => {
  const { deps, request, receivedAt } = call;
  const { agent } = await admitRequest(call, LIMITS.batchCompressedBytes);
  const { orgId, clusterId } = agent;
  return await deps.turnstile.pass(orgId, async () => {
    const body = await readBody(request, LIMITS.batchCompressedBytes);
    const batch = decodeBatch(await decompress(body, LIMITS.batchBytes));
    const result = await deps.services.flowStore.append({ orgId, clusterId }, batch, receivedAt.getTime());
    // Outside the transaction, and told to nobody where nothing is new.
    if (!result.duplicate && result.rows > 0) deps.bus.publish('flows', clusterId);
    count(call.deps.metrics, result);
    const ack: FlowAck = { id: batch.head.id, ...result, lease: deps.watchers.leaseOf(clusterId) };
    return json(ack);
  });
};

function count(
  metrics: Parameters<Route>[0]['deps']['metrics'],
  { rows, duplicate, refused, quota }: Pick<FlowAck, 'rows' | 'duplicate' | 'refused' | 'quota'>,
): void {
  if (duplicate) metrics.duplicates.inc();
  else metrics.rows.inc(rows);
  for (const { reason, rows: lost } of refused) metrics.refusedRows.inc({ reason }, lost);
  if (quota && !duplicate) metrics.refusedRows.inc({ reason: 'peer-quota' }, quota.rows);
}
