import { finished } from 'node:stream/promises';
import { type Hash64, MargayError, splitHash64 } from '@margay/model';
import type { FlowBatch } from '@margay/wire';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { AppendResult, Scope } from '../../contract.ts';
import { type Admission, admitRows, type RowTest } from './admit-rows.ts';
import { COPY_COLUMNS, copyRows, streamBuffers } from './copy-rows.ts';
import { type ExaminedPeers, examinePeers } from './examine-peers.ts';
import { IdSet } from './id-set.ts';
import { insertPeers, type PeerOutcome } from './insert-peers.ts';
import type { KnownPeers } from './known-peers.ts';
import type { PeerQuota } from './peer-quota.ts';

interface Opened {
  readonly arrived_us: string;
  readonly part: string | null;
  readonly duplicate: boolean;
  readonly counted: number;
  readonly gone: boolean;
}

const OPEN = `SELECT (extract(epoch FROM arrived) * 1000000)::bigint - 946684800000000 AS arrived_us, part, duplicate, counted, gone
  FROM flow.open_batch($1, $2, $3, $4, $5, $6, $7)`;

/** What this process remembers of the clusters. */
export interface AppendMemory {
  readonly known: KnownPeers;
  readonly quota: PeerQuota;
}

/**
 * Stores a batch: peers, batch id, losses and rows in one transaction; resolves after commit. A batch id that was counted before stores nothing.
 *
 * @throws MargayError VALIDATION for peers under wrong ids, NOT_FOUND for a cluster whose flows are forgotten, UNAVAILABLE where no partition stands ready.
 */
export async function appendBatch(
  pool: pg.Pool,
  memory: AppendMemory,
  scope: Scope,
  batch: FlowBatch,
  receivedAtMs: number,
): Promise<AppendResult> {
  const { known, quota } = memory;
  const ids = known.of(scope, receivedAtMs);
  const peers = examinePeers(batch, ids);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const outcome = await settlePeers(client, quota, scope, peers, receivedAtMs);
    const admission = admitRows(batch, receivedAtMs, {
      collided: namesOneOf(batch, outcome.collisions),
      surplus: namesOneOf(batch, outcome.surplus),
    });
    const opened = await open(client, scope, batch, admission);
    if (!opened.duplicate) await store(client, scope, batch, admission, opened);
    await client.query('COMMIT');
    client.release();
    for (const { hi, lo, checkHi, checkLo } of [...outcome.committed, ...outcome.learnt])
      ids.add(hi, lo, checkHi, checkLo);
    known.trim();
    return {
      rows: opened.duplicate ? opened.counted : admission.count,
      duplicate: opened.duplicate,
      unknownPeers: [...outcome.unknown],
      refused: [...admission.refused],
      ...(outcome.collisions.length > 0 ? { resalt: [...outcome.collisions] } : {}),
      ...(admission.surplus ? { quota: overQuota(quota.max, admission.surplus.rows) } : {}),
    };
  } catch (error) {
    quota.forget(scope);
    await release(client, error);
    throw error;
  }
}

async function settlePeers(
  client: pg.PoolClient,
  quota: PeerQuota,
  scope: Scope,
  peers: ExaminedPeers,
  nowMs: number,
): Promise<PeerOutcome> {
  const { fresh, unknown, collisions } = peers;
  if (fresh.length + unknown.length === 0)
    return { committed: [], learnt: [], unknown: [], collisions, surplus: [], added: 0 };
  const room = await quota.take(client, scope, fresh.length, nowMs);
  const outcome = await insertPeers(client, scope, peers, room);
  quota.giveBack(scope, room - outcome.added);
  // Their definitions would find no room: not asked for, nor is a row stored that nobody could ever read.
  return quota.isFull(scope) ? { ...outcome, unknown: [], surplus: [...outcome.surplus, ...outcome.unknown] } : outcome;
}

function overQuota(max: number, rows: number): NonNullable<AppendResult['quota']> {
  const message = `this cluster has ${max} peers (workloads in all their versions, services, outside addresses), as many as are kept: ${rows} rows of this batch that name others are not stored and are counted as loss (peer-quota), all else of it is stored. Peers that nothing has referred to for a month make room`;
  return { code: 'PEER_QUOTA', message, retryable: false, rows };
}

async function open(client: pg.PoolClient, scope: Scope, { head }: FlowBatch, admission: Admission): Promise<Opened> {
  const { rows } = await client.query<Opened>({
    name: 'open-batch',
    text: OPEN,
    values: [
      scope.orgId,
      scope.clusterId,
      head.id,
      head.node,
      admission.count,
      admission.firstSeenMs,
      admission.lastSeenMs,
    ],
  });
  const [opened] = rows;
  if (!opened) throw new MargayError('INTERNAL', 'flow.open_batch gave no row');
  if (opened.gone) throw new MargayError('NOT_FOUND', 'this cluster was deleted');
  if (opened.part === null)
    throw new MargayError('UNAVAILABLE', 'no partition is ready for new flows: is the worker running?');
  return opened;
}

async function store(
  client: pg.PoolClient,
  scope: Scope,
  batch: FlowBatch,
  admission: Admission,
  { part, arrived_us }: Opened,
): Promise<void> {
  const { node } = batch.head;
  const { surplus } = admission;
  const beyond = surplus && ({ kind: 'peer-quota', count: surplus.rows, ...surplus } as const);
  const losses = [...batch.head.losses, ...(beyond ? [beyond] : [])];
  if (losses.length > 0)
    await client.query({
      name: 'insert-losses',
      text: `INSERT INTO flow.losses (org_id, cluster_id, received_at, node, since_ms, until_ms, kind, count)
        SELECT $1, $2, now(), $3, * FROM unnest($4::float8[], $5::float8[], $6::text[], $7::float8[])`,
      values: [
        scope.orgId,
        scope.clusterId,
        node,
        losses.map(({ sinceMs }) => sinceMs + admission.offsetMs),
        losses.map(({ untilMs }) => untilMs + admission.offsetMs),
        losses.map(({ kind }) => kind),
        losses.map(({ count }) => count),
      ],
    });
  if (admission.count === 0) return;
  const { buffer, bytes } = copyRows(scope, batch, admission, BigInt(arrived_us));
  const copy = client.query(copyFrom(`COPY flow.${part} (${COPY_COLUMNS}) FROM STDIN (FORMAT binary)`));
  copy.end(buffer.subarray(0, bytes));
  await finished(copy);
  // After a failure the socket may still hold it.
  streamBuffers.give(buffer);
}

/** Which rows name one of `ids`; null where none can. */
function namesOneOf({ columns }: FlowBatch, ids: readonly Hash64[]): RowTest {
  if (ids.length === 0) return null;
  const set = new IdSet(ids.length);
  for (const id of ids) {
    const { hi, lo } = splitHash64(id);
    set.add(hi, lo);
  }
  return (row) =>
    set.has(columns.srcHi[row] ?? 0, columns.srcLo[row] ?? 0) ||
    set.has(columns.dstHi[row] ?? 0, columns.dstLo[row] ?? 0) ||
    set.has(columns.serviceHi[row] ?? 0, columns.serviceLo[row] ?? 0);
}

/** A connection that cannot even roll back is thrown away. */
async function release(client: pg.PoolClient, cause: unknown): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch {
    client.release(cause instanceof Error ? cause : true);
  }
}
