import type pg from 'pg';
import { ROLL_UP_SQL } from './roll-up-sql.ts';

/** Slots of arrival, see flow.open_batch. */
const SLOT_MS = 5_000;
/** One transaction takes at most so much arrival: bounded memory and locks after a long stop. */
const RANGE_MS = 60_000;
const LOCK_CLASS = 1718382455;
const LOCK_TIMEOUT_MS = 15_000;

export interface RollUpResult {
  readonly ranges: number;
  readonly rows: number;
  readonly behindMs: number;
}

export interface RollUpOptions {
  /** Takes the open slot too, up to this moment; batches that arrive meanwhile wait. For tests and seeds, which do not want to wait themselves. */
  readonly eager?: boolean;
}

/** Takes every arrival slot that is over into the levels, a minute of arrival a transaction. Several at once: one works, the others return. */
export async function rollUp(pool: pg.Pool, nowMs: number, options: RollUpOptions = {}): Promise<RollUpResult> {
  let ranges = 0;
  let rows = 0;
  for (;;) {
    const step = await rollUpRange(pool, nowMs, options);
    if (step.taken) ranges++;
    rows += step.rows;
    if (!step.taken || step.behindMs < SLOT_MS) return { ranges, rows, behindMs: step.behindMs };
  }
}

interface Step {
  readonly taken: boolean;
  readonly rows: number;
  readonly behindMs: number;
}

async function rollUpRange(pool: pg.Pool, nowMs: number, options: RollUpOptions): Promise<Step> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const step = await work(client, nowMs, options);
    await client.query('COMMIT');
    client.release();
    return step;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

async function work(client: pg.ClientBase, nowMs: number, { eager = false }: RollUpOptions): Promise<Step> {
  const { rows } = await client.query<{ rolled: number; clock: number }>(
    `SELECT (extract(epoch FROM rolled_to) * 1000)::float8 AS rolled, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock
     FROM flow.cursor FOR UPDATE SKIP LOCKED`,
  );
  const [cursor] = rows;
  if (!cursor) return { taken: false, rows: 0, behindMs: 0 };
  const fromMs = cursor.rolled;
  const openMs = Math.floor(Math.min(nowMs, cursor.clock) / SLOT_MS) * SLOT_MS;
  const closedMs = eager ? openMs + SLOT_MS : openMs;
  let toMs = Math.min(closedMs, fromMs + RANGE_MS);
  if (toMs <= fromMs) return { taken: false, rows: 0, behindMs: 0 };
  // Waits for every transaction that may still add a row to these slots; the next statement sees them all.
  const locked = await client.query<{ clock: number }>(
    `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS clock
     FROM (SELECT count(pg_advisory_xact_lock($1, slot)) FROM generate_series($2::int, $3::int) slot) s`,
    [LOCK_CLASS, Math.floor(fromMs / SLOT_MS), Math.ceil(toMs / SLOT_MS) - 1],
  );
  // Who waited for the lock takes its time of arrival after it, see flow.open_batch.
  toMs = Math.min(toMs, locked.rows[0]?.clock ?? toMs);
  const seconds = [fromMs / 1000, toMs / 1000];
  await client.query(ROLL_UP_SQL.ensurePartitions, seconds);
  const result = await client.query<{ rows: number }>(ROLL_UP_SQL.rollUp, seconds);
  return { taken: true, rows: result.rows[0]?.rows ?? 0, behindMs: Math.max(0, openMs - toMs) };
}
