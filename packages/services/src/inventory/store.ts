import type { Tx } from '@margay/db';
import type { ClusterId, OrgId } from '@margay/model';
import { InventoryUpload } from '@margay/wire';
import { TELEMETRY } from '../core/audit.ts';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { Done } from '../inputs/account.ts';
import { viewWorkloads } from '../workload/view-workloads.ts';
import { storableJson } from './storable-json.ts';

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
    await upsert(db, { orgId, clusterId }, input, ctx.now);
    const { kubernetesVersion } = input;
    await db.cluster.updateMany({ where: { orgId, id: clusterId }, data: { kubernetesVersion } });
    return { result: { done: true as const }, audit: TELEMETRY };
  },
});

/** Plain SQL: the snapshot may be 100 MB, and Prisma's own way takes JSON apart once more. */
async function upsert(
  db: Tx,
  { orgId, clusterId }: { orgId: OrgId; clusterId: ClusterId },
  { inventory, problems, sentAtMs, agentVersion, kubernetesVersion }: InventoryUpload,
  now: Date,
): Promise<void> {
  const views = viewWorkloads(inventory);
  const { namespaces, workloads, pods, services, endpointSlices, nodes, policies } = inventory;
  const json = [namespaces, workloads, pods, services, endpointSlices, nodes, policies, problems, views].map(
    storableJson,
  );
  await db.$executeRaw`
    insert into cluster_inventory as old (org_id, cluster_id, received_at, sent_at, agent_version, kubernetes_version,
      namespaces, workloads, pods, services, endpoint_slices, nodes, policies, problems, workload_views,
      node_count, workload_count, pod_count)
    values (${orgId}::uuid, ${clusterId}::uuid, ${now}::timestamptz, ${new Date(sentAtMs)}::timestamptz, ${agentVersion}, ${kubernetesVersion},
      ${json[0]}::jsonb, ${json[1]}::jsonb, ${json[2]}::jsonb, ${json[3]}::jsonb, ${json[4]}::jsonb, ${json[5]}::jsonb, ${json[6]}::jsonb,
      ${json[7]}::jsonb, ${json[8]}::jsonb, ${nodes.length}, ${views.length}, ${pods.length})
    on conflict (org_id, cluster_id) do update set
      received_at = excluded.received_at, sent_at = excluded.sent_at, agent_version = excluded.agent_version,
      kubernetes_version = excluded.kubernetes_version, namespaces = excluded.namespaces, workloads = excluded.workloads,
      pods = excluded.pods, services = excluded.services, endpoint_slices = excluded.endpoint_slices, nodes = excluded.nodes,
      policies = excluded.policies, problems = excluded.problems, workload_views = excluded.workload_views,
      node_count = excluded.node_count, workload_count = excluded.workload_count, pod_count = excluded.pod_count
    -- A clock that was set back must not stop the cluster for longer than uploads can cross.
    where old.sent_at <= excluded.sent_at or old.received_at < excluded.received_at - interval '30 seconds'`;
}
