import { randomUUID } from 'node:crypto';
import type { ClusterId, OrgId, Peer } from '@margay/model';
import type { FlowMaintenance, FlowStore, Scope } from '../src/index.ts';

// Not by its door: unit tests, too, need these, and the door opens databases.
export { type FlowFact as Fact, flowBatch as batchOf, workloadPeer as workload } from '../../testkit/src/flow-batch.ts';

/** What the contract suite needs of an engine. */
export interface Engine {
  readonly store: FlowStore;
  /** Its roll-up takes all that was appended before. */
  readonly maintenance: FlowMaintenance;
  close(): Promise<void>;
}

export const newScope = (): Scope => ({ orgId: randomUUID() as OrgId, clusterId: randomUUID() as ClusterId });

export const service = (namespace: string, name: string): Peer => ({ kind: 'service', namespace, name });
export const external = (address: string): Peer => ({ kind: 'external', address });
