import { verbs } from '@margay/services';
import { connectCluster, createTenant, heartbeat, inventoryUpload, type TestDeps } from '@margay/testkit';
import { recommended, type World } from './other-tenant-cases.ts';

/** Two tenants; one of them has a row in every table. */
export async function createWorld(deps: TestDeps): Promise<World> {
  const [own, other] = [await createTenant(deps), await createTenant(deps)];
  const cluster = await connectCluster(own);
  await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat());
  await verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ namespaces: [{ name: 'shop', labels: {} }] }));
  await verbs['recommendation.store'](own.asSystem(), recommended(cluster));
  return { own, other, cluster };
}
