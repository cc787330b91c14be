import { type Peer, peerId } from '@margay/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresFlowStore, type FlowStore, type Scope } from '../src/index.ts';
import { batchOf, external, newScope, workload } from './harness.ts';
import { openPostgresEngine, type PostgresEngine } from './postgres-engine.ts';

let engine: PostgresEngine;
const stores: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  engine = await openPostgresEngine();
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await engine.close();
});

/** Another process of ingest, which remembers nothing yet. */
function openStore(peersMax?: number): FlowStore {
  const pool = { connections: 4, applicationName: 'margay-test' };
  const { app, ingest } = engine.database.urls;
  const write = { ...pool, url: ingest, ...(peersMax === undefined ? {} : { peersMax }) };
  const store = createPostgresFlowStore({ read: { ...pool, url: app }, write });
  stores.push(store);
  return store;
}

const [front, cart, redis] = ['front', 'cart', 'redis'].map((name) => workload('shop', name)) as [Peer, Peer, Peer];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const definitions = async (scope: Scope) =>
  (
    await engine.database.query<{ name: string }>(
      'owner',
      'select name from flow.peers where org_id = $1 and cluster_id = $2 order by name',
      [scope.orgId, scope.clusterId],
    )
  ).map(({ name }) => name);
const read = async (store: FlowStore, scope: Scope) => {
  const { edges, losses } = await store.edges(scope, { fromMs: Date.now() - HOUR, toMs: Date.now() + HOUR });
  const name = (peer: Peer) => ('name' in peer ? peer.name : 'outside');
  return { edges: edges.map(({ src, dst }) => `${name(src)} > ${name(dst)}`).sort(), losses };
};

describe('the quota of peers', () => {
  test('keeps what is known, stores the rest of a batch, counts the surplus as loss, and says so', async () => {
    const [store, scope] = [openStore(3), newScope()];
    const atMs = Date.now();
    await store.append(scope, batchOf([{ src: front, dst: cart, atMs }]), atMs);
    const [x, y] = [external('203.0.113.1'), external('203.0.113.2')];
    const facts = [
      { src: front, dst: cart, atMs },
      { src: front, dst: x, atMs: atMs - 1_000 },
      { src: cart, dst: y, atMs },
      { src: x, dst: y, atMs },
    ];
    const batch = batchOf(facts, { node: 'n7' });
    const answer = await store.append(scope, batch, atMs);
    // Room for one of the two, whichever: then one row names none but kept peers.
    expect(answer.rows).toBe(2);
    expect(answer).toMatchObject({ refused: [], unknownPeers: [], quota: { code: 'PEER_QUOTA', rows: 2 } });
    expect(answer.quota?.message).toMatch(
      /has 3 peers .* 2 rows .* counted as loss \(peer-quota\), all else of it is stored/,
    );
    expect(await store.append(scope, batch, atMs)).toMatchObject({ duplicate: true, rows: 2 });
    const { edges, losses } = await read(store, scope);
    expect(edges).toHaveLength(2);
    expect(edges).toContain('front > cart');
    expect(losses).toMatchObject([{ node: 'n7', kind: 'peer-quota', count: 2 }]);
    expect(losses[0]!.untilMs).toBe(atMs + 200);
    expect(await definitions(scope)).toHaveLength(3);
    expect((await store.append(newScope(), batchOf(facts), atMs)).rows).toBeGreaterThan(0);
  });

  test('a full cluster goes on with the peers it has, also in a process that knows none of them yet', async () => {
    const [store, scope] = [openStore(2), newScope()];
    const atMs = Date.now();
    await store.append(scope, batchOf([{ src: front, dst: cart, atMs }]), atMs);
    const restarted = openStore(2);
    const answer = await restarted.append(scope, batchOf([{ src: cart, dst: front, atMs }]), atMs);
    expect(answer).toEqual({ rows: 1, duplicate: false, unknownPeers: [], refused: [] });
    // Its definition was refused before, and the agent does not send it again.
    const nameless = batchOf([{ src: front, dst: redis, atMs }], { peers: [] });
    expect(await restarted.append(scope, nameless, atMs)).toMatchObject({
      rows: 0,
      unknownPeers: [],
      quota: { rows: 1 },
    });
    const { edges, losses } = await read(store, scope);
    expect(edges).toEqual(['cart > front', 'front > cart']);
    expect(losses).toMatchObject([{ kind: 'peer-quota', count: 1 }]);
  });

  test('is kept by batches that come at once', async () => {
    const [store, scope] = [openStore(10), newScope()];
    const atMs = Date.now();
    const batches = Array.from({ length: 12 }, (_, nth) =>
      batchOf([{ src: front, dst: workload('shop', `new-${nth}`), atMs }], { node: `n${nth}` }),
    );
    const answers = await Promise.all(batches.map((batch) => store.append(scope, batch, atMs)));
    const stored = answers.reduce((sum, { rows }) => sum + rows, 0);
    const surplus = answers.reduce((sum, { quota }) => sum + (quota?.rows ?? 0), 0);
    expect(stored + surplus).toBe(12);
    const kept = await definitions(scope);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept.length).toBeGreaterThan(5);
    const { edges, losses } = await read(store, scope);
    expect([edges.length, losses.reduce((sum, { count }) => sum + count, 0)]).toEqual([stored, surplus]);
  });
});

describe('peers out of use', () => {
  /** One call looks through one cluster. */
  const upkeep = async (atMs: number) => {
    let deleted = 0;
    for (let nth = 0; nth < 8; nth++) deleted += (await engine.maintenance.upkeep(atMs)).deletedPeers;
    return deleted;
  };

  test('are deleted a day after nothing was found to refer to them, unless somebody asked for them; then asked for again', async () => {
    const scope = newScope();
    const startMs = Date.now();
    const [spare, back] = [workload('shop', 'spare'), workload('shop', 'back')];
    const sent = batchOf([{ src: front, dst: cart, atMs: startMs }], { peers: [front, cart, spare, back] });
    await engine.store.append(scope, sent, startMs);
    await engine.maintenance.rollUp(Date.now());
    const raw = batchOf([{ src: front, dst: redis, atMs: startMs }]);
    await engine.store.append(scope, raw, startMs);
    expect(await upkeep(startMs)).toBe(0);

    expect(await upkeep(startMs + 2 * DAY)).toBe(0);
    expect(await definitions(scope)).toEqual(['back', 'cart', 'front', 'redis', 'spare']);
    const nameless = batchOf([{ src: front, dst: back, atMs: startMs }], { peers: [] });
    expect(await openStore().append(scope, nameless, startMs)).toMatchObject({ rows: 1, unknownPeers: [] });

    expect(await upkeep(startMs + 2.5 * DAY)).toBe(0);
    expect(await upkeep(startMs + 3 * DAY + HOUR)).toBe(1);
    expect(await definitions(scope)).toEqual(['back', 'cart', 'front', 'redis']);

    // The process that had stored the definition does not believe for ever that it is there.
    const again = batchOf([{ src: front, dst: spare, atMs: startMs + DAY }], { peers: [], sentAtMs: startMs + DAY });
    const answer = await engine.store.append(scope, again, startMs + DAY);
    expect(answer).toMatchObject({ rows: 1, unknownPeers: [peerId(spare)] });
    await engine.store.append(scope, batchOf([], { peers: [spare] }), startMs + DAY);
    expect(await definitions(scope)).toContain('spare');
  });

  test('stay while any level has a row of them, and go when retention has dropped the last', async () => {
    const scope = newScope();
    const startMs = Date.now();
    await engine.store.append(scope, batchOf([{ src: front, dst: cart, atMs: startMs }]), startMs);
    await engine.maintenance.rollUp(Date.now());
    for (const days of [2, 4, 20, 30]) await upkeep(startMs + days * DAY);
    expect(await definitions(scope)).toEqual(['cart', 'front']);
    expect(await upkeep(startMs + 40 * DAY)).toBe(0);
    expect(await upkeep(startMs + 42 * DAY)).toBeGreaterThanOrEqual(2);
    expect(await definitions(scope)).toEqual([]);
  });
});
