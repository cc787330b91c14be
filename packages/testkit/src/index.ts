export {
  type ConnectedCluster,
  connectCluster,
  EMPTY_INVENTORY,
  heartbeat,
  inventoryUpload,
} from './connect-cluster.ts';
export { createPerson, createTenant, type Person, type Tenant } from './create-tenant.ts';
export { type FlowFact, flowBatch, workloadPeer } from './flow-batch.ts';
export { type Answer, ScriptedAgent } from './scripted-agent.ts';
export type { TestServer } from './server.ts';
export { type TestDatabase, type TestRole, testDatabase } from './test-database.ts';
export { type TestDeps, testDeps } from './test-deps.ts';
