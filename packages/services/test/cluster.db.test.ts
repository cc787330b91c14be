import { verbs } from '@margay/services';
import type { ConnectStateOutput } from '@margay/services/inputs';
import {
  type ConnectedCluster,
  connectCluster,
  createTenant,
  flowBatch,
  heartbeat,
  inventoryUpload,
  type Tenant,
  type TestDatabase,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recommendation, recommended } from './other-tenant-cases.ts';

let database: TestDatabase;
let tenant: Tenant;
beforeAll(async () => {
  database = await testDatabase();
  tenant = await createTenant(testDeps(database));
});
afterAll(() => database.close());

const MINUTE_MS = 60_000;
const later = (ms: number) => new Date(Date.now() + ms);
const state = (clusterId: ConnectedCluster['clusterId'], now = new Date()) =>
  verbs['cluster.connectState'](tenant.as('viewer', now), { clusterId });
const brief = ({ steps }: ConnectStateOutput) => steps.map(({ step, state }) => `${step} ${state}`).join(', ');

describe('the checklist of connecting', () => {
  it('goes from a line that waits to traffic that arrives', async () => {
    const { id: clusterId } = await verbs['cluster.create'](tenant.as('owner'), { name: 'checklist' });
    const empty = await state(clusterId);
    expect([empty.token.state, brief(empty), empty.cluster.state]).toEqual([
      'none',
      'token waiting, agent waiting, inventory waiting, flow waiting',
      'waiting',
    ]);
    const cluster = await connectCluster(tenant);
    const { clusterId: id } = cluster;
    expect(brief(await state(id))).toBe('token done, agent waiting, inventory waiting, flow waiting');
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat({ role: 'cluster', node: 'node-1', taps: [] }));
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat());
    const nodes = [{ name: 'n1', labels: {}, addresses: [], podCIDRs: [], kubeletVersion: 'v1.34.4' }];
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ nodes }));
    const waiting = await state(id);
    expect(brief(waiting)).toBe('token done, agent done, inventory done, flow waiting');
    expect(waiting.steps.map(({ detail }) => detail)).toEqual([
      'The agent has enrolled',
      'Cluster agent and 1 node agent',
      'Kubernetes v1.34.4, 1 node, 0 workloads',
      '1 node agent watching 1 pod; no connection seen yet',
    ]);
    const fact = { src: workloadPeer('shop', 'front'), dst: workloadPeer('shop', 'cart'), atMs: Date.now() };
    await database.flowStore.append({ orgId: tenant.orgId, clusterId: id }, flowBatch([fact]), Date.now());
    const done = await state(id);
    expect(brief(done)).toBe('token done, agent done, inventory done, flow done');
    expect(done.cluster).toMatchObject({
      state: 'connected',
      agents: { alive: 2, total: 2 },
      nodes: 1,
      kubernetesVersion: 'v1.34.4',
    });
    expect(done.steps.every(({ remedy }) => remedy === null)).toBe(true);
  });

  it('says what to do where it hangs', async () => {
    const { id: clusterId } = await verbs['cluster.create'](tenant.as('owner'), { name: 'hanging' });
    await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId });
    const remedies = async (now: Date, id = clusterId) =>
      (await state(id, now)).steps
        .filter(({ remedy }) => remedy !== null)
        .map(({ step, state, remedy }) => [step, state, remedy?.command]);
    expect(await remedies(later(0))).toEqual([]);
    const start = 'kubectl -n margay get pods -o wide; kubectl -n margay logs deployment/margay-cluster --tail=20';
    expect(await remedies(later(3 * MINUTE_MS))).toEqual([['token', 'waiting', start]]);
    expect(await remedies(later(61 * MINUTE_MS))).toEqual([['token', 'failed', start]]);

    const cluster = await connectCluster(tenant);
    const log = 'kubectl -n margay logs deployment/margay-cluster --tail=50';
    expect(await remedies(later(2 * MINUTE_MS), cluster.clusterId)).toEqual([['agent', 'waiting', log]]);
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat({ role: 'cluster', node: 'n1', taps: [] }));
    expect(await remedies(later(2 * MINUTE_MS), cluster.clusterId)).toEqual([
      ['agent', 'failed', log],
      ['inventory', 'waiting', log],
    ]);
  });

  it('shows a missing permission and a node that cannot tap', async () => {
    const cluster = await connectCluster(tenant);
    const problems = [{ resource: 'networkpolicies', reason: 'forbidden' as const, message: 'no' }];
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload({}, { problems }));
    const taps = [
      {
        interface: 'veth9',
        namespace: 'shop',
        pod: 'cart-1',
        state: 'failed' as const,
        message: 'no BTF in /sys/kernel/btf',
      },
    ];
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat({ taps }));
    const { steps } = await state(cluster.clusterId);
    expect(steps.slice(2)).toMatchObject([
      {
        state: 'failed',
        detail: 'networkpolicies: the agent may not read them',
        remedy: { command: expect.stringContaining('auth can-i') },
      },
      {
        state: 'failed',
        detail: 'shop/cart-1: no BTF in /sys/kernel/btf',
        remedy: { command: expect.stringContaining('daemonset/margay-node') },
      },
    ]);
    const unread = {
      interface: 'kubernetes',
      namespace: '',
      pod: '',
      state: 'failed' as const,
      message: 'pods may not be read',
    };
    await verbs['agent.recordHeartbeat'](cluster.asAgent(), heartbeat({ node: 'node-2', taps: [unread] }));
    expect((await state(cluster.clusterId)).steps[1]).toMatchObject({
      step: 'agent',
      state: 'failed',
      detail: 'pods may not be read',
      remedy: { command: expect.stringMatching(/auth can-i .*:margay-node$/) },
    });
    const [agent] = await verbs['agent.list'](tenant.as('viewer'), { clusterId: cluster.clusterId });
    expect(agent).toMatchObject({
      node: 'node-1',
      role: 'node',
      alive: true,
      taps: { active: 0, halfBlind: 0, failed: 1 },
    });
    const [old] = await verbs['agent.list'](tenant.as('viewer', later(2 * MINUTE_MS)), {
      clusterId: cluster.clusterId,
    });
    expect(old?.alive).toBe(false);
  });
});

describe('an inventory', () => {
  it('replaces the one before, but not one that was sent later', async () => {
    const cluster = await connectCluster(tenant);
    const { clusterId } = cluster;
    const workload = (name: string) => ({
      namespace: 'shop',
      kind: 'Deployment',
      name,
      labels: { app: name },
      replicas: 1,
    });
    const send = (name: string, sentAtMs: number) =>
      verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ workloads: [workload(name)] }, { sentAtMs }));
    const names = async () =>
      (await verbs['workload.list'](tenant.as('viewer'), { clusterId })).map(({ name }) => name);
    expect(await names()).toEqual([]);
    await send('first', 1_000);
    await send('second', 2_000);
    await send('crossed', 1_500);
    expect(await names()).toEqual(['second']);
    const found = await verbs['inventory.get'](tenant.asSystem(), { clusterId });
    expect(found?.inventory.workloads).toEqual([workload('second')]);
    // A clock set back does not stop the cluster.
    await verbs['inventory.store'](
      cluster.asAgent(later(MINUTE_MS)),
      inventoryUpload({ workloads: [workload('after')] }, { sentAtMs: 5 }),
    );
    expect(await names()).toEqual(['after']);
  });

  it('takes hostile names as they are, and what PostgreSQL cannot hold as U+FFFD', async () => {
    const cluster = await connectCluster(tenant);
    const name = `<img src=x onerror=alert(1)>'"\u202e${'x'.repeat(200)}`;
    const workloads = [
      { namespace: 'shop', kind: 'Deployment', name, labels: { a: 'b\0c', d: '\ud800' }, replicas: null },
    ];
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ workloads }));
    const [seen] = await verbs['workload.list'](tenant.as('viewer'), { clusterId: cluster.clusterId });
    expect(seen?.name).toBe(name);
    const found = await verbs['inventory.get'](tenant.asSystem(), { clusterId: cluster.clusterId });
    expect(found?.inventory.workloads[0]?.labels).toEqual({ a: 'b\ufffdc', d: '\ufffd' });
  });

  it('out of bounds is refused whole', async () => {
    const cluster = await connectCluster(tenant);
    const namespaces = [{ name: 'x'.repeat(254), labels: {} }];
    await expect(verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ namespaces }))).rejects.toMatchObject({
      code: 'VALIDATION',
    });
  });
});

describe('recommendations', () => {
  it('are kept by key: changedAt moves with the policy alone, ids stay, what is no longer recommended goes', async () => {
    const cluster = await connectCluster(tenant);
    const { clusterId } = cluster;
    const list = async () => (await verbs['recommendation.list'](tenant.as('viewer'), { clusterId })).rows;
    const [cart, front] = [
      recommendation('workload/shop/Deployment/cart'),
      recommendation('workload/shop/Deployment/front'),
    ];
    const [t1, t2, t3] = [later(1_000), later(2_000), later(3_000)];
    await verbs['recommendation.store'](tenant.asSystem(t1), recommended(cluster, [cart, front]));
    const first = await list();
    expect(first.map(({ key, state }) => [key, state])).toEqual([
      [cart.key, 'ready'],
      [front.key, 'ready'],
    ]);
    await verbs['recommendation.store'](tenant.asSystem(t2), recommended(cluster, [cart, front]));
    expect((await list()).map(({ changedAt, computedAt }) => [changedAt, computedAt])).toEqual([
      [t1, t2],
      [t1, t2],
    ]);
    const changed = { ...cart, fingerprint: 'another', policy: null, yaml: null, refusal: 'no traffic seen' };
    const stored = await verbs['recommendation.store'](tenant.asSystem(t3), recommended(cluster, [changed]));
    expect(stored).toEqual({ stored: 1, removed: 1 });
    const [row] = await list();
    expect(row).toMatchObject({
      id: first[0]?.id,
      state: 'refused',
      refusal: 'no traffic seen',
      policyName: null,
      changedAt: t3,
    });
    await expect(
      verbs['recommendation.get'](tenant.as('viewer'), { clusterId, id: first[1]!.id }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('say applied once the cluster has that very object, and show the YAML', async () => {
    const cluster = await connectCluster(tenant);
    const { clusterId } = cluster;
    const one = recommendation();
    await verbs['recommendation.store'](tenant.asSystem(), recommended(cluster, [one]));
    const policies = [
      {
        namespace: 'shop',
        name: 'cart',
        uid: 'u',
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        spec: one.policy?.spec,
      },
    ];
    await verbs['inventory.store'](cluster.asAgent(), inventoryUpload({ policies }));
    const { rows } = await verbs['recommendation.list'](tenant.as('viewer'), { clusterId });
    expect(rows.map(({ state }) => state)).toEqual(['applied']);
    const detail = await verbs['recommendation.get'](tenant.as('viewer'), { clusterId, id: rows[0]!.id });
    const coverage = { connections: 10, allowed: 9, denied: 1, share: 0.9 };
    expect(detail).toMatchObject({ yaml: 'kind: NetworkPolicy\n', policyName: 'cart', state: 'applied', coverage });
    expect(rows).toMatchObject([{ coverage }]);
  });

  it('asked for again while the worker is at it are not queued twice; a lost run is', async () => {
    const cluster = await connectCluster(tenant);
    const { clusterId } = cluster;
    const ask = (now: Date) => verbs['recommendation.request'](tenant.as('editor', now), { clusterId });
    const running = async (now: Date) =>
      (await verbs['recommendation.list'](tenant.as('viewer', now), { clusterId })).running;
    expect(await ask(later(0))).toEqual({ queued: true });
    expect([await ask(later(1)), await running(later(1))]).toEqual([{ queued: false }, true]);
    await verbs['recommendation.store'](tenant.asSystem(later(1_000)), recommended(cluster, []));
    expect([await running(later(2_000)), await ask(later(2_000))]).toEqual([false, { queued: true }]);
    expect(await ask(later(13 * MINUTE_MS))).toEqual({ queued: true });
  });

  it('asked for while the queue is away say so, and nothing is taken as running', async () => {
    const { clusterId } = await connectCluster(tenant);
    const ctx = tenant.as('editor');
    const jobs = { requestRecommendations: () => Promise.reject(new Error('ECONNREFUSED')) };
    const call = verbs['recommendation.request']({ ...ctx, deps: { ...ctx.deps, jobs } }, { clusterId });
    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('try again') });
    expect((await verbs['recommendation.list'](tenant.as('viewer'), { clusterId })).running).toBe(false);
  });
});
