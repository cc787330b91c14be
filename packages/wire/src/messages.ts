import { Hash64, Inventory, LossKind, Peer } from '@margay/model';
import { z } from 'zod';
import { isAddressSets } from './is-address-sets.ts';
import { LIMITS } from './limits.ts';

/** Version of the agent ⇄ console protocol; sent as `margay-wire` header. New fields are optional; a breaking change raises it. */
export const WIRE_VERSION = 1;
/** Carries {@link WIRE_VERSION} on every request. */
export const WIRE_HEADER = 'margay-wire';

/** POST /api/agent/enroll, with the install token as bearer. `clusterUid` is the uid of namespace kube-system. */
export const EnrollRequest = z.object({
  clusterUid: z.string().min(1).max(64),
  kubernetesVersion: z.string().max(64),
  agentVersion: z.string().max(64),
  nodes: z.number().int().min(0).max(10_000),
});
export type EnrollRequest = z.infer<typeof EnrollRequest>;
/** POST /api/agent/trouble, with the install token as bearer: what keeps the agent from enrolling or from keeping its credential, with what to do. */
export const TroubleReport = z.object({ message: z.string().min(1).max(500) });
export type TroubleReport = z.infer<typeof TroubleReport>;
/** The lasting credential: sent once, kept in one Secret, used as bearer `mgc_<id>.<secret>`. */
export const EnrollResponse = z.object({
  clusterId: z.uuid(),
  clusterName: z.string(),
  credential: z.object({ id: z.string(), secret: z.string() }),
});
export type EnrollResponse = z.infer<typeof EnrollResponse>;

/** POST /api/agent/inventory: zstd JSON, whole snapshot, at most every 2 s and only when changed. `problems` names what could not be read, e.g. a missing permission. */
export const InventoryUpload = z.object({
  sentAtMs: z.number(),
  agentVersion: z.string().max(64),
  kubernetesVersion: z.string().max(64),
  problems: z
    .array(
      z.object({
        resource: z.string().max(128),
        reason: z.enum(['forbidden', 'unavailable', 'missing']),
        message: z.string().max(2000),
      }),
    )
    .max(32),
  inventory: Inventory,
});
export type InventoryUpload = z.infer<typeof InventoryUpload>;

export const Loss = z.object({
  kind: LossKind,
  count: z.number().int().min(1),
  sinceMs: z.number(),
  untilMs: z.number(),
});
export type Loss = z.infer<typeof Loss>;

/** POST /api/agent/heartbeat, every 10 s by each agent process. */
export const Heartbeat = z.object({
  role: z.enum(['node', 'cluster']),
  node: z.string().max(253),
  bootId: z.string().max(64),
  agentVersion: z.string().max(64),
  kernel: z.string().max(128),
  sentAtMs: z.number(),
  dataplane: z.string().max(32),
  taps: z
    .array(
      z.object({
        interface: z.string().max(32),
        namespace: z.string().max(253),
        pod: z.string().max(253),
        state: z.enum(['active', 'half-blind', 'failed']),
        message: z.string().max(500),
      }),
    )
    .max(1000),
  spool: z.object({ bytes: z.number(), batches: z.number().int() }),
  rssBytes: z.number(),
  cpuSeconds: z.number(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
export const HeartbeatResponse = z.object({
  receivedAtMs: z.number(),
  desired: z.object({ flushMs: z.number().int().min(250).max(60_000) }),
});
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>;

/** JSON head of a flow batch. `id` is unique and stable over retries; ingest counts it once. `boot` and `sequence` order batches of one agent. */
export const BatchHead = z.object({
  version: z.literal(WIRE_VERSION),
  id: z.uuid(),
  node: z.string().min(1).max(253),
  boot: z.string().max(64),
  sequence: z.number().int().min(0),
  /** By the sender's clock at this very attempt, also for a batch that waited: event times are corrected by received − sent. */
  sentAtMs: z.number(),
  rows: z.number().int().min(0).max(LIMITS.batchRows),
  /** Definitions of peers the console may not know yet. */
  peers: z.array(z.object({ id: Hash64, peer: Peer, salt: z.number().int().min(0).optional() })).max(LIMITS.batchPeers),
  losses: z.array(Loss).max(64),
  /** Distinct address sets; index 0 is []. An entry is the text of an IP address. */
  addressSets: z.custom<string[][]>(isAddressSets, {
    error: `expected at most ${LIMITS.addressSets} sets of at most ${LIMITS.addressesPerSet} IP addresses each`,
  }),
});
export type BatchHead = z.infer<typeof BatchHead>;

/** Every refusal. `retryable: false` means the agent drops the message and counts it. */
export const WireError = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });
export type WireError = z.infer<typeof WireError>;

/** Answer to POST /api/agent/flows, sent after commit. */
export const FlowAck = z.object({
  id: z.uuid(),
  rows: z.number().int(),
  duplicate: z.boolean(),
  /** Ids the console has no definition for: send them with the next batch. */
  unknownPeers: z.array(Hash64),
  /** Ids that already stand for another peer in this cluster (a collision of 64-bit hashes): use `peerId(peer, salt + 1)` from now on. Rows that named them were refused as `invalid`. */
  resalt: z.array(Hash64).optional(),
  /** Rows refused, by typed reason; the agent counts them as loss. */
  refused: z.array(z.object({ reason: z.enum(['too-old', 'in-future', 'invalid']), rows: z.number().int() })),
  /** The cluster has as many peers as are kept: `rows` rows that name further ones were not stored, and were counted as loss (`peer-quota`) by the console. All else of the batch was stored. */
  quota: WireError.extend({ rows: z.number().int() }).optional(),
  /** While someone watches: flush this often until the lease ends. */
  lease: z.object({ flushMs: z.number().int(), untilMs: z.number() }).nullable(),
});
export type FlowAck = z.infer<typeof FlowAck>;
