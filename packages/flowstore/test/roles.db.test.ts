import type { TestRole } from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchOf, newScope, workload } from './harness.ts';
import { openPostgresEngine, type PostgresEngine } from './postgres-engine.ts';

const DENIED = '42501';
const scope = newScope();
let engine: PostgresEngine;
let partition: string;
beforeAll(async () => {
  engine = await openPostgresEngine();
  const nowMs = Date.now();
  await engine.store.append(scope, batchOf([{ src: workload('a', 'b'), dst: workload('a', 'c'), atMs: nowMs }]), nowMs);
  const [row] = await engine.database.query<{ part: string }>(
    'owner',
    `SELECT tableoid::regclass::text AS part FROM flow.flow_5s`,
  );
  partition = row!.part;
});
afterAll(async () => {
  await engine.close();
});

/** SQLSTATE of the refusal, or `ok`. */
async function attempt(role: TestRole, sql: string): Promise<string> {
  return await engine.database.query(role, sql).then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe('the application', () => {
  test('without a tenant sees no row of any flow table', async () => {
    for (const table of [
      'flow_5s',
      'flow_1m',
      'flow_1h',
      'edge_1h',
      'peers',
      'batches',
      'losses',
      'frontiers',
      'forgotten',
    ])
      expect(await engine.database.query('app', `SELECT 1 FROM flow.${table}`)).toEqual([]);
  });
  test('sees rows of its tenant through the parent, and no partition', async () => {
    const mine = `SELECT set_config('app.org', '${scope.orgId}', false)`;
    const pg = await import('pg');
    const client = new pg.default.Client({ connectionString: engine.database.urls.app });
    await client.connect();
    try {
      await client.query(mine);
      expect((await client.query('SELECT 1 FROM flow.flow_5s')).rowCount).toBe(1);
      await expect(client.query(`SELECT 1 FROM ${partition}`)).rejects.toMatchObject({ code: DENIED });
    } finally {
      await client.end();
    }
  });
  test('writes nothing and keeps no partitions', async () => {
    expect(await attempt('app', `INSERT INTO flow.flow_5s SELECT * FROM flow.flow_5s`)).toBe(DENIED);
    expect(await attempt('app', `DELETE FROM flow.peers`)).toBe(DENIED);
    expect(await attempt('app', `COPY ${partition} FROM STDIN`)).toBe(DENIED);
    expect(await attempt('app', `SELECT flow.upkeep(now())`)).toBe(DENIED);
    expect(await attempt('app', `SELECT flow.known_peers('${scope.orgId}', '${scope.clusterId}', '{}')`)).toBe(DENIED);
    expect(await attempt('app', `DROP TABLE ${partition}`)).toBe(DENIED);
  });
  test('forgets clusters of its own tenant only', async () => {
    expect(
      await attempt(
        'app',
        `INSERT INTO flow.forgotten (org_id, cluster_id) VALUES ('${scope.orgId}', '${scope.clusterId}')`,
      ),
    ).toBe(DENIED);
  });
});

describe('ingest', () => {
  test('reads nothing', async () => {
    for (const table of [
      'flow_5s',
      'flow_1m',
      'edge_1h',
      'peers',
      'batches',
      'losses',
      'frontiers',
      'cursor',
      'partitions',
    ])
      expect(await attempt('ingest', `SELECT 1 FROM flow.${table}`)).toBe(DENIED);
    expect(await attempt('ingest', `SELECT 1 FROM ${partition}`)).toBe(DENIED);
  });
  test('writes neither levels nor through the parent, and changes nothing', async () => {
    expect(await attempt('ingest', `INSERT INTO flow.flow_1m DEFAULT VALUES`)).toBe(DENIED);
    expect(await attempt('ingest', `INSERT INTO flow.flow_5s DEFAULT VALUES`)).toBe(DENIED);
    expect(await attempt('ingest', `UPDATE ${partition} SET slot = 0`)).toBe(DENIED);
    expect(await attempt('ingest', `DELETE FROM ${partition}`)).toBe(DENIED);
    expect(await attempt('ingest', `TRUNCATE ${partition}`)).toBe(DENIED);
    expect(await attempt('ingest', `SELECT flow.upkeep(now())`)).toBe(DENIED);
    expect(await attempt('ingest', `SELECT flow.ensure_partition('flow_5s', now())`)).toBe(DENIED);
    expect(await attempt('ingest', `CREATE TABLE flow.mine ()`)).toBe(DENIED);
  });
});

describe('roll-up', () => {
  test('reads raw rows and writes levels, nothing else', async () => {
    expect(await attempt('rollup', `SELECT 1 FROM flow.flow_5s`)).toBe('ok');
    expect(await attempt('rollup', `INSERT INTO flow.flow_5s DEFAULT VALUES`)).toBe(DENIED);
    expect(await attempt('rollup', `UPDATE flow.flow_5s SET slot = 0`)).toBe(DENIED);
    expect(await attempt('rollup', `DELETE FROM flow.flow_1h`)).toBe(DENIED);
    expect(await attempt('rollup', `SELECT 1 FROM flow.peers`)).toBe(DENIED);
    expect(await attempt('rollup', `SELECT 1 FROM public.users`)).toBe(DENIED);
    expect(await attempt('rollup', `CREATE TABLE flow.mine ()`)).toBe(DENIED);
    expect(await attempt('rollup', `DROP TABLE ${partition}`)).toBe(DENIED);
  });
});

describe('upkeep', () => {
  test('makes partitions ahead once, and never drops a raw partition that is not rolled up', async () => {
    const nowMs = Date.now();
    await engine.maintenance.upkeep(nowMs);
    expect(await engine.maintenance.upkeep(nowMs)).toMatchObject({ created: [], dropped: [] });
    const far = await engine.maintenance.upkeep(nowMs + 5 * 3_600_000);
    expect(far.dropped).not.toContain(partition.replace('flow.', ''));
    expect(far.created.length).toBeGreaterThan(5);
    expect(await engine.database.query('rollup', 'SELECT 1 FROM flow.flow_5s')).toHaveLength(1);
  });
  test('clears a forgotten cluster in the background', async () => {
    const gone = newScope();
    const nowMs = Date.now();
    await engine.store.append(
      gone,
      batchOf([{ src: workload('a', 'b'), dst: workload('a', 'c'), atMs: nowMs }]),
      nowMs,
    );
    await engine.maintenance.rollUp(Date.now());
    await engine.store.forget(gone);
    await engine.maintenance.upkeep(nowMs);
    for (const table of ['flow_1m', 'flow_1h', 'edge_1h', 'peers', 'frontiers'])
      expect(
        await engine.database.query('owner', `SELECT 1 FROM flow.${table} WHERE cluster_id = $1`, [gone.clusterId]),
      ).toEqual([]);
  });
});

describe('arrival', () => {
  test('a batch that commits after its slot is over is still taken: the roll-up waits for it', async () => {
    const pg = await import('pg');
    const client = new pg.default.Client({ connectionString: engine.database.urls.ingest });
    await client.connect();
    const late = newScope();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query(
        `SELECT *, extract(epoch FROM arrived)::float8 AS at FROM flow.open_batch($1, $2, gen_random_uuid(), 'n', 1, 1000, 2000)`,
        [late.orgId, late.clusterId],
      );
      const slotEndMs = (Math.floor(rows[0].at / 5) + 1) * 5000;
      await engine.database.query('owner', `UPDATE flow.cursor SET rolled_to = date_bin('5 seconds', $1, 'epoch')`, [
        rows[0].arrived,
      ]);
      while (Date.now() < slotEndMs + 50) await new Promise((resolve) => setTimeout(resolve, 50));
      const rolled = engine.maintenance.rollUp(Date.now());
      await waitForLock(rolled);
      await client.query('COMMIT');
      await rolled;
      expect(await engine.store.frontier(late)).toMatchObject({ rows: 1, lastMs: 2000 });
      expect(
        await engine.database.query('owner', 'SELECT 1 FROM flow.frontiers WHERE cluster_id = $1', [late.clusterId]),
      ).toHaveLength(1);
    } finally {
      await client.end();
    }
  });
});

/** Until somebody waits for an advisory lock; fails if the roll-up ends before. */
async function waitForLock(rolled: Promise<unknown>): Promise<void> {
  let ended = false;
  void rolled.finally(() => {
    ended = true;
  });
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; ) {
    const rows = await engine.database.query(
      'owner',
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
    );
    if (rows.length > 0) return;
    if (ended) throw new Error('the roll-up did not wait');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nobody waited');
}
