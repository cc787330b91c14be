import { createBus } from '@margay/jobs';
import type { Inventory } from '@margay/model';
import { type FlowNews, verbs, watchFlows } from '@margay/services';
import {
  type ConnectedCluster,
  connectCluster,
  createTenant,
  flowBatch,
  inventoryUpload,
  type Tenant,
  type TestDatabase,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinPeers } from '../inputs/flow.ts';

const frontend = workloadPeer('shop', 'frontend');
const cart = workloadPeer('shop', 'cart');
const cartService = { kind: 'service', namespace: 'shop', name: 'cart' } as const;

let database: TestDatabase;
let tenant: Tenant;
beforeAll(async () => {
  database = await testDatabase();
  tenant = await createTenant(testDeps(database));
});
afterAll(() => database.close());

const scopeOf = ({ clusterId }: ConnectedCluster) => ({ orgId: tenant.orgId, clusterId });
const lastQuarter = ({ clusterId }: ConnectedCluster) => ({
  clusterId,
  fromMs: Date.now() - 900_000,
  toMs: Date.now() + 1_000,
});

/** A cart behind a Service, with a policy that lets the frontend in. */
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
  services: [
    {
      namespace: 'shop',
      name: 'cart',
      type: 'ClusterIP',
      clusterIPs: ['10.96.0.1'],
      selector: { app: 'cart' },
      ports: [{ name: '', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: null }],
    },
  ],
  endpointSlices: [
    {
      namespace: 'shop',
      name: 'cart-abc',
      service: 'cart',
      ports: [{ name: '', protocol: 'TCP', port: 8080 }],
      endpoints: [{ addresses: ['10.1.0.2'], ready: true, pod: 'cart-1', node: 'node-1' }],
    },
  ],
  policies: [
    {
      namespace: 'shop',
      name: 'cart-from-frontend',
      uid: 'p1',
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      spec: {
        podSelector: { matchLabels: { app: 'cart' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'frontend' } } }] }],
      },
    },
  ],
});

describe('flow verbs', () => {
  it('show verdict and deciding policies of the latest inventory, also one that came later', async () => {
    const cluster = await connectCluster(tenant);
    await database.flowStore.append(
      scopeOf(cluster),
      flowBatch([{ src: frontend, dst: cart, atMs: Date.now() }]),
      Date.now(),
    );
    const before = await verbs['flow.graph'](tenant.as('viewer'), lastQuarter(cluster));
    expect(joinPeers(before)).toMatchObject([
      { verdict: 'none', decidedBy: [], srcKey: 'workload/shop/Deployment/frontend' },
    ]);
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload(shop()));
    const after = await verbs['flow.graph'](tenant.as('viewer'), lastQuarter(cluster));
    expect(after.edges).toMatchObject([{ verdict: 'allowed', decidedBy: [{ name: 'cart-from-frontend' }] }]);
    const list = await verbs['flow.list'](tenant.as('viewer'), lastQuarter(cluster));
    expect(list.rows).toMatchObject([{ verdict: 'allowed', resolutionSeconds: 5 }]);
  });

  it('add up versions of one workload', async () => {
    const cluster = await connectCluster(tenant);
    const atMs = Date.now();
    const next = { ...frontend, labels: { app: 'frontend', version: '2' } };
    await database.flowStore.append(
      scopeOf(cluster),
      flowBatch([
        { src: frontend, dst: cart, atMs: atMs - 20_000 },
        { src: next, dst: cart, atMs },
      ]),
      atMs,
    );
    const answer = await verbs['flow.graph'](tenant.as('viewer'), lastQuarter(cluster));
    expect(joinPeers(answer)).toMatchObject([
      { connectionsStarted: 2, flows: 2, src: next, firstSeenMs: atMs - 20_000 },
    ]);
  });

  it('name the backend of a Service by the inventory, where several Services are open between the two', async () => {
    const cluster = await connectCluster(tenant);
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload(shop()));
    const atMs = Date.now();
    const otherService = { kind: 'service', namespace: 'shop', name: 'other' } as const;
    await database.flowStore.append(
      scopeOf(cluster),
      flowBatch([
        { src: frontend, dst: cartService, port: 80, atMs },
        { src: frontend, dst: otherService, port: 80, atMs },
        { src: frontend, dst: cart, reporter: 'dst', atMs },
      ]),
      atMs,
    );
    const answer = await verbs['flow.graph'](tenant.as('viewer'), lastQuarter(cluster));
    expect(
      joinPeers(answer)
        .map(({ dstKey, service, seenAt }) => [dstKey, service?.name, seenAt.src && seenAt.dst])
        .sort(),
    ).toEqual([
      ['service/shop/other', 'other', false],
      ['workload/shop/Deployment/cart', 'cart', true],
    ]);
  });

  it('refuse an interval that is reversed or longer than flows are kept', async () => {
    const cluster = await connectCluster(tenant);
    const { clusterId } = cluster;
    for (const range of [
      { fromMs: 10, toMs: 10 },
      { fromMs: 0, toMs: Date.now() },
    ])
      await expect(verbs['flow.graph'](tenant.as('viewer'), { clusterId, ...range })).rejects.toMatchObject({
        code: 'VALIDATION',
      });
  });

  it('give a timeline without holes', async () => {
    const cluster = await connectCluster(tenant);
    const atMs = Date.now() - 30_000;
    const denied = { action: 'deny', evidence: 'unanswered' } as const;
    await database.flowStore.append(
      scopeOf(cluster),
      flowBatch(
        [
          { src: frontend, dst: cart, atMs },
          { src: frontend, dst: cart, atMs, ...denied },
        ],
        { losses: [{ kind: 'kernel-map-full', count: 9, sinceMs: atMs, untilMs: atMs + 1000 }] },
      ),
      Date.now(),
    );
    const { points, resolutionSeconds } = await verbs['flow.timeline'](tenant.as('viewer'), {
      ...lastQuarter(cluster),
      points: 60,
    });
    expect(points.length).toBeGreaterThanOrEqual(40);
    for (const [i, { startMs }] of points.entries())
      expect(startMs).toBe((points[0]?.startMs ?? 0) + i * resolutionSeconds * 1000);
    const sum = (key: 'connections' | 'denied' | 'bytes' | 'lost') => points.reduce((n, point) => n + point[key], 0);
    expect([sum('connections'), sum('denied'), sum('bytes'), sum('lost')]).toEqual([2, 1, 4000, 9]);
  });
});

describe('watchFlows', () => {
  it('yields what is there, then what comes and what grows; asks agents to flush often; ends with its signal', async () => {
    const cluster = await connectCluster(tenant);
    const bus = createBus({ databaseUrl: database.urls.queue, onError: () => undefined });
    await bus.ready();
    const leases: string[] = [];
    bus.subscribe('watch', { onMessage: (key) => leases.push(key) });
    const controller = new AbortController();
    const { clusterId } = cluster;
    const append = async (port: number, atMs: number) => {
      await database.flowStore.append(
        scopeOf(cluster),
        flowBatch([{ src: frontend, dst: cart, port, atMs }]),
        Date.now(),
      );
      bus.publish('flows', clusterId);
    };
    try {
      const atMs = Date.now();
      await append(1, atMs);
      const tail = watchFlows(() => tenant.as('viewer'), bus, { clusterId, filter: {} }, controller.signal);
      const next = async () =>
        ((await tail.next()).value as FlowNews).rows.map((r) => `${r.port} ${r.connectionsStarted}`);
      expect(await next()).toEqual(['1 1']);
      await append(2, atMs);
      expect(await next()).toEqual(['2 1']);
      await append(1, atMs);
      expect(await next()).toEqual(['1 2']);
      expect(leases).toContain(clusterId);
      const pending = tail.next();
      controller.abort();
      expect((await pending).done).toBe(true);
    } finally {
      controller.abort();
      await bus.close();
    }
  });

  it('is refused to who may not, before any agent is told', async () => {
    const cluster = await connectCluster(tenant);
    const stranger = await createTenant(testDeps(database));
    const bus = createBus({ databaseUrl: database.urls.queue, onError: () => undefined });
    await bus.ready();
    const leases: string[] = [];
    bus.subscribe('watch', { onMessage: (key) => leases.push(key) });
    const input = { clusterId: cluster.clusterId, filter: {} };
    const tail = watchFlows(() => stranger.as('owner'), bus, input, new AbortController().signal);
    await expect(tail.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await bus.close();
    expect(leases).toEqual([]);
  });
});
