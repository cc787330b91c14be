import { createBus } from '@margay/jobs';
import type { Inventory } from '@margay/model';
import { verbs } from '@margay/services';
import {
  connectCluster,
  createTenant,
  flowBatch,
  inventoryUpload,
  type TestDatabase,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../src/environment.ts';
import { Sweep } from '../src/handlers/sweep.ts';
import { openWorker } from '../src/open-worker.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const frontend = workloadPeer('shop', 'frontend');
const cart = workloadPeer('shop', 'cart');
const shop = (): Partial<Inventory> => ({
  namespaces: [{ name: 'shop', labels: {} }],
  pods: ['frontend', 'cart'].map((name, i) => ({
    namespace: 'shop',
    name: `${name}-1`,
    uid: `uid-${name}`,
    labels: { app: name },
    ownerKind: 'Deployment',
    ownerName: name,
    node: 'node-1',
    hostNetwork: false,
    phase: 'Running',
    addresses: [`10.1.0.${i + 1}`],
    serviceAccount: 'default',
    ports: [],
  })),
});
const until = async <T>(look: () => Promise<T>, timeoutMs = 20_000): Promise<NonNullable<T>> => {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

describe('the worker', () => {
  test('rolls up, recommends by itself, tells processes, answers healthz, stops', async () => {
    const tenant = await createTenant(testDeps(database));
    const cluster = await connectCluster(tenant);
    const scope = { orgId: tenant.orgId, clusterId: cluster.clusterId };
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload(shop()));
    const atMs = Date.now();
    await database.flowStore.append(
      scope,
      flowBatch([
        { src: frontend, dst: cart, atMs },
        { src: frontend, dst: cart, reporter: 'dst', atMs },
      ]),
      atMs,
    );
    const bus = createBus({ databaseUrl: database.urls.queue, onError: () => undefined });
    await bus.ready();
    const told: string[] = [];
    bus.subscribe('recommendations', { onMessage: (key) => told.push(key) });
    const env = readEnvironment({
      MARGAY_APP_DATABASE_URL: database.urls.app,
      MARGAY_ROLLUP_DATABASE_URL: database.urls.rollup,
      MARGAY_QUEUE_DATABASE_URL: database.urls.queue,
      MARGAY_PUBLIC_URL: 'https://margay.example.org',
      MARGAY_VERSION: '0.1.0',
      PORT: '0',
    });
    const worker = await openWorker(env, pino({ level: 'silent' }));
    try {
      const health = await fetch(`http://127.0.0.1:${worker.port}/healthz`);
      expect([health.status, await health.json()]).toEqual([200, { state: 'ok', version: '0.1.0' }]);
      const recommended = await until(async () => {
        const { rows } = await verbs['recommendation.list'](tenant.as('viewer'), { clusterId: cluster.clusterId });
        return rows.find(({ key }) => key.endsWith('/cart'));
      });
      expect(recommended).toMatchObject({ state: 'ready', ingressRules: 1, connections: 1 });
      expect(told).toContain(cluster.clusterId);
      await until(async () => (await database.query('owner', 'SELECT 1 FROM flow.edge_1h')).length === 2);
      const metrics = await (await fetch(`http://127.0.0.1:${worker.port}/metrics`)).text();
      expect(metrics).toMatch(/margay_worker_rolled_rows_total 2/);
      expect(metrics).not.toContain(cluster.clusterId);
    } finally {
      await worker.close();
      await bus.close();
    }
    await expect(fetch(`http://127.0.0.1:${worker.port}/healthz`)).rejects.toThrow();
  });

  test('says which variable is missing', () => {
    expect(() => readEnvironment({ MARGAY_PUBLIC_URL: 'nonsense' })).toThrow(/MARGAY_ROLLUP_DATABASE_URL: set it to/);
  });
});

describe('sweep', () => {
  test('asks each minute while the first flow is young, then every five; never for a cluster without flows', async () => {
    const deps = testDeps(database);
    const tenant = await createTenant(deps);
    const [busy, silent] = [await connectCluster(tenant), await connectCluster(tenant)];
    const scope = { orgId: tenant.orgId, clusterId: busy.clusterId };
    const startMs = Date.now();
    await database.flowStore.append(scope, flowBatch([{ src: frontend, dst: cart, atMs: startMs }]), startMs);
    let nowMs = startMs;
    const sweep = new Sweep({ services: deps, log: pino({ level: 'silent' }), now: () => new Date(nowMs) });
    const asked: number[] = [];
    for (let minute = 0; minute < 30; minute++) {
      nowMs = startMs + minute * 60_000;
      const before = deps.requested.filter(({ clusterId }) => clusterId === busy.clusterId).length;
      await sweep.run();
      if (deps.requested.filter(({ clusterId }) => clusterId === busy.clusterId).length > before) asked.push(minute);
    }
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 19, 24, 29]);
    expect(deps.requested.some(({ clusterId }) => clusterId === silent.clusterId)).toBe(false);
  });
});
