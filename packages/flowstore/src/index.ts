export * from './contract.ts';
export { addFacts } from './merge/facts.ts';
export {
  type ClosableFlowStore,
  type ClosableMaintenance,
  createPostgresFlowStore,
  createPostgresMaintenance,
  type FlowStoreOptions,
  type PoolOptions,
} from './postgres/create-flow-store.ts';
