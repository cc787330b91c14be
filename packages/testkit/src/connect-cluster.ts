import { randomBytes, randomUUID } from 'node:crypto';
import type { ClusterId, Inventory } from '@margay/model';
import { agentContext, type Context, nobodyContext, verbs } from '@margay/services';
import type { Heartbeat, InventoryUpload } from '@margay/wire';
import type { Tenant } from './create-tenant.ts';

export interface ConnectedCluster {
  readonly clusterId: ClusterId;
  readonly name: string;
  readonly uid: string;
  readonly credential: { readonly id: string; readonly secret: string };
  /** `mgc_<id>.<secret>` */
  readonly bearer: string;
  /** A fresh context of an agent of this cluster. */
  asAgent(now?: Date): Context;
}

/** Creates a cluster and enrols it, by the verbs, as the console and an agent would. */
export async function connectCluster(tenant: Tenant, now = new Date()): Promise<ConnectedCluster> {
  const owner = () => tenant.as('owner', now);
  const { id: clusterId, name } = await verbs['cluster.create'](owner(), {
    name: `cluster-${randomBytes(4).toString('hex')}`,
  });
  const { token } = await verbs['cluster.createInstallToken'](owner(), { clusterId });
  const uid = randomUUID();
  const meta = { requestId: randomUUID(), now };
  const { credential } = await verbs['agent.enroll'](nobodyContext(owner().deps, meta), {
    token,
    request: { clusterUid: uid, kubernetesVersion: 'v1.34.4', agentVersion: '0.1.0', nodes: 1 },
  });
  const admitted = { orgId: tenant.orgId, clusterId, credentialId: credential.id };
  return {
    clusterId,
    name,
    uid,
    credential,
    bearer: `mgc_${credential.id}.${credential.secret}`,
    asAgent: (at = new Date()) => agentContext(owner().deps, admitted, { requestId: randomUUID(), now: at }),
  };
}

/** A heartbeat of a healthy node agent. */
export function heartbeat(changes: Partial<Heartbeat> = {}): Heartbeat {
  return {
    role: 'node',
    node: 'node-1',
    bootId: randomUUID(),
    agentVersion: '0.1.0',
    kernel: '6.18.0',
    sentAtMs: Date.now(),
    dataplane: 'observe',
    taps: [{ interface: 'veth1', namespace: 'shop', pod: 'frontend-1', state: 'active', message: '' }],
    spool: { bytes: 0, batches: 0 },
    rssBytes: 80 << 20,
    cpuSeconds: 1.5,
    ...changes,
  };
}

export const EMPTY_INVENTORY: Inventory = {
  namespaces: [],
  workloads: [],
  pods: [],
  services: [],
  endpointSlices: [],
  nodes: [],
  policies: [],
};

/** An upload of a snapshot with those parts. */
export function inventoryUpload(
  parts: Partial<Inventory> = {},
  changes: Partial<InventoryUpload> = {},
): InventoryUpload {
  return {
    sentAtMs: Date.now(),
    agentVersion: '0.1.0',
    kubernetesVersion: 'v1.34.4',
    problems: [],
    inventory: { ...EMPTY_INVENTORY, ...parts },
    ...changes,
  };
}
