import type { ClusterId, Hash64, MergedEdge, OrgId, Peer, ResolutionSeconds } from '@margay/model';
import type { FlowAck, FlowBatch, Loss } from '@margay/wire';

/** Scope is an argument of every call; an engine never guesses it. */
export interface Scope {
  readonly orgId: OrgId;
  readonly clusterId: ClusterId;
}
/** Half-open, epoch milliseconds. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export type AppendResult = Pick<FlowAck, 'rows' | 'duplicate' | 'unknownPeers' | 'refused' | 'resalt' | 'quota'>;

/** A range of over six hours is answered in the whole hours around it: the range in the answer is what it covers. */
export interface EdgeAnswer extends TimeRange {
  /** Coarsest and finest level that was read. */
  readonly resolutions: readonly ResolutionSeconds[];
  readonly edges: readonly MergedEdge[];
  readonly losses: readonly (Loss & { node: string })[];
  /** True where `limit` cut the answer: never silently. */
  readonly truncated: boolean;
  /** Data is complete up to here, epoch ms; null when nothing ever arrived. */
  readonly frontierMs: number | null;
}

export interface EdgeOptions {
  /** Edges with an end in one of these. */
  readonly namespaces?: readonly string[];
  readonly limit?: number;
  /** By `namespace/name` of a Service: `peerKey`s of the workloads behind it, where the caller knows (from the inventory). Helps to name the backend where only the destination reported it. */
  readonly backends?: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface FlowFilter {
  /** Values as they are, or patterns with `*`; OR-ed within a field, AND-ed between fields. */
  readonly srcNamespace?: readonly string[];
  readonly srcName?: readonly string[];
  readonly dstNamespace?: readonly string[];
  readonly dstName?: readonly string[];
  /** Matches either end. */
  readonly namespace?: readonly string[];
  readonly name?: readonly string[];
  readonly protocol?: readonly number[];
  readonly port?: readonly number[];
  readonly action?: readonly ('allow' | 'deny')[];
  readonly seenAt?: 'both' | 'src' | 'dst';
  /** Part of a name, namespace or address, in any case. */
  readonly text?: string;
}
/** A merged edge within one bucket of `resolutionSeconds`. */
export interface FlowRow extends MergedEdge {
  readonly bucketStartMs: number;
  readonly resolutionSeconds: ResolutionSeconds;
  readonly addresses: readonly string[];
}
export interface FlowPage {
  readonly rows: readonly FlowRow[];
  readonly resolutionSeconds: ResolutionSeconds;
  readonly nextCursor: string | null;
  readonly frontierMs: number | null;
}
export interface TimelinePoint {
  readonly startMs: number;
  readonly connections: number;
  readonly denied: number;
  readonly bytes: number;
  readonly lost: number;
}

/**
 * The flow store. Promises: a batch id is counted once within the retention of raw rows; visible after `append` resolves; facts of late,
 * repeated-window and out-of-order data just add. Promises nothing of transactions, RLS or sequences, so that another engine can stand behind it.
 */
export interface FlowStore {
  /** `receivedAtMs` less `batch.head.sentAtMs` corrects the sender's clock. */
  append(scope: Scope, batch: FlowBatch, receivedAtMs: number): Promise<AppendResult>;
  /** Rows newest first. `cursor` comes from the page before. */
  flows(
    scope: Scope,
    range: TimeRange,
    filter: FlowFilter,
    page: { limit: number; cursor?: string; backends?: EdgeOptions['backends'] },
  ): Promise<FlowPage>;
  edges(scope: Scope, range: TimeRange, options?: EdgeOptions): Promise<EdgeAnswer>;
  timeline(
    scope: Scope,
    range: TimeRange,
    points: number,
  ): Promise<{ resolutionSeconds: number; points: readonly TimelinePoint[] }>;
  peers(scope: Scope, ids: readonly Hash64[]): Promise<ReadonlyMap<Hash64, Peer>>;
  frontier(scope: Scope): Promise<{ firstMs: number | null; lastMs: number | null; rows: number }>;
  /** Hides a cluster's flows at once; clears them in the background. */
  forget(scope: Scope): Promise<void>;
}

/** The roll-up role's side: crosses tenants, holds no tenant's data in memory. */
export interface FlowMaintenance {
  /** Takes closed arrival ranges 5 s → 1 min → 1 h → edges; moves its cursor in the same transaction. */
  rollUp(nowMs: number): Promise<{ ranges: number; rows: number; behindMs: number }>;
  /** Creates partitions ahead, drops those past retention; deletes definitions of peers that nothing has referred to for a day, a cluster a call. */
  upkeep(nowMs: number): Promise<{ created: readonly string[]; dropped: readonly string[]; deletedPeers: number }>;
}
