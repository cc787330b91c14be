import { MargayError } from '@margay/model';
import pg from 'pg';
import type { EdgeAnswer, FlowMaintenance, FlowPage, FlowStore, TimeRange } from '../contract.ts';
import { appendBatch } from './append/append-batch.ts';
import { KnownPeers } from './append/known-peers.ts';
import { PeerQuota } from './append/peer-quota.ts';
import { type RollUpOptions, rollUp } from './maintain/roll-up.ts';
import { upkeep } from './maintain/upkeep.ts';
import { readEdges } from './read/edges.ts';
import { readFlows } from './read/flows.ts';
import { readFrontier } from './read/frontier.ts';
import { HourMemory } from './read/hour-memory.ts';
import { PeerCache } from './read/peer-cache.ts';
import { inSnapshot } from './read/session.ts';
import { readTimeline, rememberedPoints } from './read/timeline.ts';

export interface PoolOptions {
  readonly url: string;
  readonly connections: number;
  readonly applicationName: string;
  readonly onError?: (error: Error) => void;
}

export interface FlowStoreOptions {
  /** Role margay_app. Without it every read is refused. */
  readonly read?: PoolOptions;
  /** Role margay_ingest. Without it `append` is refused: the console reads only. */
  readonly write?: PoolOptions & {
    /** Definitions of peers that one cluster may have. */
    readonly peersMax?: number;
  };
}

export type ClosableFlowStore = FlowStore & { close(): Promise<void> };
export type ClosableMaintenance = FlowMaintenance & { close(): Promise<void> };

/** Opens the flow store of PostgreSQL. Each side has its own role and pool; a process opens the sides it needs. */
export function createPostgresFlowStore(options: FlowStoreOptions): ClosableFlowStore {
  const read = options.read && openPool(options.read);
  const write = options.write && openPool(options.write);
  const memory = { known: new KnownPeers(), quota: new PeerQuota(options.write?.peersMax) };
  const peers = new PeerCache();
  const reading = { peers, hours: new HourMemory(), points: rememberedPoints() };
  const reader = () => read ?? refuse('read');
  return {
    append: (scope, batch, receivedAtMs) => appendBatch(write ?? refuse('write'), memory, scope, batch, receivedAtMs),
    flows: (scope, range, filter, page) =>
      inSnapshot(reader(), scope, async (session) =>
        session.forgotten ? NO_FLOWS : await readFlows(session, peers, range, filter, page),
      ),
    edges: (scope, range, edgeOptions = {}) =>
      inSnapshot(reader(), scope, async (session) =>
        session.forgotten ? { ...range, ...NO_EDGES } : await readEdges(session, reading, range, edgeOptions),
      ),
    timeline: (scope, range, points) =>
      inSnapshot(reader(), scope, async (session) =>
        session.forgotten ? { resolutionSeconds: 0, points: [] } : await readTimeline(session, reading, range, points),
      ),
    peers: (scope, ids) =>
      inSnapshot(reader(), scope, async (session) => (session.forgotten ? new Map() : await peers.load(session, ids))),
    frontier: (scope) =>
      inSnapshot(reader(), scope, async (session) =>
        session.forgotten ? { firstMs: null, lastMs: null, rows: 0 } : await readFrontier(session),
      ),
    forget: async ({ orgId, clusterId }) => {
      const client = await reader().connect();
      try {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.org', $1, true)`, [orgId]);
        await client.query(
          'INSERT INTO flow.forgotten (org_id, cluster_id) VALUES ($1, $2) ON CONFLICT (org_id, cluster_id) DO NOTHING',
          [orgId, clusterId],
        );
        await client.query('COMMIT');
        client.release();
      } catch (error) {
        client.release(true);
        throw error;
      }
    },
    close: async () => {
      await Promise.all([read?.end(), write?.end()]);
    },
  };
}

/** Opens the roll-up role's side. */
export function createPostgresMaintenance(options: PoolOptions & RollUpOptions): ClosableMaintenance {
  const pool = openPool(options);
  return {
    rollUp: (nowMs) => rollUp(pool, nowMs, options),
    upkeep: (nowMs) => upkeep(pool, nowMs),
    close: () => pool.end(),
  };
}

const NO_FLOWS: FlowPage = { rows: [], resolutionSeconds: 5, nextCursor: null, frontierMs: null };
const NO_EDGES: Omit<EdgeAnswer, keyof TimeRange> = {
  resolutions: [],
  edges: [],
  losses: [],
  truncated: false,
  frontierMs: null,
};

function openPool({ url, connections, applicationName, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    // A transaction that its process forgot must not hold an arrival slot, and with it the roll-up of all, for ever.
    idle_in_transaction_session_timeout: 30_000,
  });
  const lost = onError ?? ((error: Error) => console.error(`flow store: connection lost: ${error.message}`));
  pool.on('error', lost);
  // The pool listens to idle connections alone: one that breaks in use, between two statements, would end the process.
  pool.on('connect', (client) => client.on('error', lost));
  return pool;
}

function refuse(side: 'read' | 'write'): never {
  throw new MargayError('INTERNAL', `this process opened the flow store without its ${side} side`);
}
