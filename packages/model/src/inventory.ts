import { z } from 'zod';
import { NamedPort } from './peer.ts';

/** What the cluster role uploads: Kubernetes objects stripped to what Margay reads. Bounds keep a hostile cluster from filling a console. */
const name = z.string().min(1).max(253);
const Labels = z.record(z.string().max(320), z.string().max(253));
const address = z.string().max(64);

export const InventoryNamespace = z.object({ name, labels: Labels });
export const InventoryWorkload = z.object({
  namespace: name,
  kind: z.string().max(63),
  name,
  /** Template labels, also when no pod runs. */
  labels: Labels,
  replicas: z.number().int().min(0).nullable(),
});
export const InventoryPod = z.object({
  namespace: name,
  name,
  uid: z.string().max(64),
  labels: Labels,
  ownerKind: z.string().max(63),
  ownerName: name,
  node: z.string().max(253),
  hostNetwork: z.boolean(),
  phase: z.string().max(32),
  addresses: z.array(address).max(8),
  serviceAccount: z.string().max(253),
  ports: z.array(NamedPort).max(64),
});
export const InventoryService = z.object({
  namespace: name,
  name,
  type: z.string().max(32),
  clusterIPs: z.array(address).max(4),
  selector: Labels.nullable(),
  ports: z
    .array(
      z.object({
        name: z.string().max(63),
        protocol: z.string().max(16),
        port: z.number().int(),
        targetPort: z.union([z.number().int(), z.string().max(63)]),
        nodePort: z.number().int().nullable(),
      }),
    )
    .max(256),
});
export const InventoryEndpointSlice = z.object({
  namespace: name,
  name,
  service: z.string().max(253),
  ports: z
    .array(z.object({ name: z.string().max(63), protocol: z.string().max(16), port: z.number().int().nullable() }))
    .max(256),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(address).max(8),
        ready: z.boolean(),
        pod: z.string().max(253).nullable(),
        node: z.string().max(253).nullable(),
      }),
    )
    .max(1000),
});
export const InventoryNode = z.object({
  name,
  labels: Labels,
  addresses: z.array(address).max(16),
  podCIDRs: z.array(address).max(8),
  kubeletVersion: z.string().max(64),
});
/** The policy object as it stands, so that the engine reads what kubectl shows. */
export const InventoryPolicy = z.object({
  namespace: z.string().max(253),
  name,
  uid: z.string().max(64),
  apiVersion: z.string().max(128),
  kind: z.string().max(63),
  spec: z.unknown(),
});

export const Inventory = z.object({
  namespaces: z.array(InventoryNamespace).max(20_000),
  workloads: z.array(InventoryWorkload).max(50_000),
  pods: z.array(InventoryPod).max(100_000),
  services: z.array(InventoryService).max(20_000),
  endpointSlices: z.array(InventoryEndpointSlice).max(50_000),
  nodes: z.array(InventoryNode).max(10_000),
  policies: z.array(InventoryPolicy).max(20_000),
});
export type Inventory = z.infer<typeof Inventory>;
export type InventoryPod = z.infer<typeof InventoryPod>;
export type InventoryPolicy = z.infer<typeof InventoryPolicy>;
export const INVENTORY_KINDS = [
  'namespaces',
  'workloads',
  'pods',
  'services',
  'endpointSlices',
  'nodes',
  'policies',
] as const;
