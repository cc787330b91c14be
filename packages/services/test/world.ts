import type { FlowStore, Scope } from '@margay/flowstore';
import { verbs } from '@margay/services';
import {
  connectCluster,
  createTenant,
  flowBatch,
  heartbeat,
  inventoryUpload,
  type TestDeps,
  workloadPeer,
} from '@margay/testkit';
import { recommended, type World } from './other-tenant-cases.ts';

/** Two tenants; one of them has a row in every table. */
export async function createWorld(deps: TestDeps): Promise<World> {
  const [own, other] = [await createTenant(deps), await createTenant(deps)];
  const cluster = await connectCluster(own);
  await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat());
  await verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ namespaces: [{ name: 'shop', labels: {} }] }));
  await verbs['recommendation.store'](own.asSystem(), recommended(cluster));
  await sendTraffic(deps.flowStore, { orgId: own.orgId, clusterId: cluster.clusterId });
  return { own, other, cluster };
}

async function sendTraffic(flowStore: FlowStore, scope: Scope): Promise<void> {
  const [src, dst] = [workloadPeer('shop', 'front'), workloadPeer('shop', 'cart')];
  const atMs = Date.now();
  const losses = [{ kind: 'kernel-map-full' as const, count: 3, sinceMs: atMs - 1000, untilMs: atMs }];
  await flowStore.append(scope, flowBatch([{ src, dst, atMs }], { losses }), atMs);
}
