import { parseInput, verbs } from '@margay/services';
import { InventoryUpload, LIMITS } from '@margay/wire';
import { decompress } from '../body/decompress.ts';
import { parseJson } from '../body/parse-json.ts';
import { readBody } from '../body/read-body.ts';
import { admitRequest } from './admit.ts';
import { json, type Route } from './route.ts';

/** POST /api/agent/inventory: the cluster's snapshot, zstd JSON. */
export const receiveInventory: Route = async (call) => {
  const { deps, request } = call;
  const { agent, ctx } = await admitRequest(call, LIMITS.inventoryCompressedBytes);
  return await deps.turnstile.pass(agent.orgId, async () => {
    const body = await readBody(request, LIMITS.inventoryCompressedBytes);
    return await deps.inventories.pass('all', async () => {
      const upload = parseInput(InventoryUpload, parseJson(await decompress(body, LIMITS.inventoryBytes)));
      await verbs['inventory.store'](ctx, upload);
      deps.bus.publish('cluster', agent.clusterId);
      return json({ receivedAtMs: call.receivedAt.getTime() });
    });
  });
};
