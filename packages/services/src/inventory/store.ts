import { InventoryUpload } from '@margay/wire';
import { TELEMETRY } from '../core/audit.ts';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { Done } from '../inputs/account.ts';
import { viewWorkloads } from '../workload/view-workloads.ts';
import { storableJson } from './storable-json.ts';

const CROSSING_MS_MAX = 30_000;

/** Takes the cluster's whole snapshot; the one before is gone. A snapshot that was sent before the stored one (two uploads crossed) is passed over. */
export const storeInventory = verb({
  name: 'inventory.store',
  kind: 'write',
  needs: 'agent',
  input: InventoryUpload,
  output: Done,
  run: async ({ db, orgId, actor, input, ctx }) => {
    const { clusterId } = actor;
    await requireCluster(db, orgId, clusterId);
    const { inventory, kubernetesVersion, agentVersion } = input;
    const kinds = Object.fromEntries(Object.entries(inventory).map(([kind, items]) => [kind, storableJson(items)]));
    const views = viewWorkloads(inventory);
    const snapshot = {
      ...(kinds as Record<keyof typeof inventory, ReturnType<typeof storableJson>>),
      workloadViews: storableJson(views),
      problems: storableJson(input.problems),
      receivedAt: ctx.now,
      sentAt: new Date(input.sentAtMs),
      agentVersion,
      kubernetesVersion,
      nodeCount: inventory.nodes.length,
      workloadCount: views.length,
      podCount: inventory.pods.length,
    };
    const where = { orgId, clusterId };
    const { count } = await db.clusterInventory.updateMany({
      // A clock that was set back must not stop the cluster for longer than uploads can cross.
      where: {
        ...where,
        OR: [
          { sentAt: { lte: snapshot.sentAt } },
          { receivedAt: { lt: new Date(ctx.now.getTime() - CROSSING_MS_MAX) } },
        ],
      },
      data: snapshot,
    });
    if (count === 0) await db.clusterInventory.createMany({ data: [{ ...where, ...snapshot }], skipDuplicates: true });
    await db.cluster.updateMany({ where: { orgId, id: clusterId }, data: { kubernetesVersion } });
    return { result: { done: true as const }, audit: TELEMETRY };
  },
});
