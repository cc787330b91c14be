import { connect } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import { type Bus, createBus, type Topic } from '@margay/jobs';
import { peerId } from '@margay/model';
import { verbs } from '@margay/services';
import { joinPeers } from '@margay/services/inputs';
import {
  type ConnectedCluster,
  connectCluster,
  createTenant,
  flowBatch,
  heartbeat,
  inventoryUpload,
  ScriptedAgent,
  type Tenant,
  type TestDatabase,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { encodeBatch, type FlowBatch, LIMITS } from '@margay/wire';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openIngest, type RunningIngest } from '../src/open-ingest.ts';
import { ingestEnvironment } from './ingest-environment.ts';

let database: TestDatabase;
let tenant: Tenant;
let cluster: ConnectedCluster;
let ingest: RunningIngest;
let origin: string;
let agent: ScriptedAgent;
beforeAll(async () => {
  database = await testDatabase();
  tenant = await createTenant(testDeps(database));
  cluster = await connectCluster(tenant);
  ingest = await openIngest(environment(), pino({ level: 'silent' }));
  origin = `http://127.0.0.1:${ingest.port}`;
  agent = new ScriptedAgent(origin, cluster.bearer);
});
afterAll(async () => {
  await ingest.close();
  await database.close();
});

const environment = (more: Record<string, string> = {}) => ingestEnvironment(database, more);

const frontend = workloadPeer('shop', 'frontend');
const cart = workloadPeer('shop', 'cart');
const oneFlow = () => flowBatch([{ src: frontend, dst: cart, atMs: Date.now() }]);
const bytesOf = (batch: FlowBatch) => zstdCompressSync(encodeBatch(batch));
const edgesOf = async ({ clusterId }: ConnectedCluster) =>
  joinPeers(
    await verbs['flow.graph'](tenant.as('viewer'), {
      clusterId,
      fromMs: Date.now() - 600_000,
      toMs: Date.now() + 60_000,
    }),
  );
/** Everything that ingest may write, as a number that must not move. */
const written = async () => {
  const tables = [
    'flow.flow_5s',
    'flow.peers',
    'flow.batches',
    'flow.losses',
    'public.agents',
    'public.agent_credentials',
  ];
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ');
  const [row] = await database.query<{ n: string }>('owner', `SELECT (${counts})::text AS n`);
  return row?.n;
};
const alive = async () => (await fetch(`${origin}/healthz`)).status;

describe('agents', () => {
  test('a batch is acknowledged once it can be read, and counted once', async () => {
    const own = await connectCluster(tenant);
    const sender = new ScriptedAgent(origin, own.bearer);
    const batch = oneFlow();
    expect(await sender.flows(batch)).toEqual({
      id: batch.head.id,
      rows: 1,
      duplicate: false,
      unknownPeers: [],
      refused: [],
      lease: null,
    });
    expect(await edgesOf(own)).toMatchObject([{ connectionsStarted: 1, src: frontend, dst: cart }]);
    expect(await sender.flows(batch)).toMatchObject({ duplicate: true, rows: 1 });
    expect(await edgesOf(own)).toMatchObject([{ connectionsStarted: 1 }]);
  });

  test('unknown peers are asked for', async () => {
    const batch = oneFlow();
    const stranger = workloadPeer('shop', `new-${Date.now()}`);
    const named = flowBatch([{ src: stranger, dst: cart, atMs: Date.now() }]);
    const ack = await agent.flows({ ...named, head: { ...named.head, peers: batch.head.peers } });
    expect(ack.unknownPeers).toEqual([peerId(stranger)]);
  });

  test('many at once are all taken', async () => {
    const own = await connectCluster(tenant);
    const sender = new ScriptedAgent(origin, own.bearer);
    await Promise.all(Array.from({ length: 60 }, () => sender.flows(oneFlow())));
    expect(await edgesOf(own)).toMatchObject([{ connectionsStarted: 60 }]);
  });

  test('heartbeat and inventory reach the console, and processes are told', async () => {
    const own = await connectCluster(tenant);
    const sender = new ScriptedAgent(origin, own.bearer);
    const bus = createBus({ databaseUrl: database.urls.queue, onError: () => undefined });
    await bus.ready();
    const told: string[] = [];
    for (const topic of ['flows', 'cluster'] as const)
      bus.subscribe(topic, { onMessage: (key) => void (key === own.clusterId && told.push(topic)) });
    expect((await sender.heartbeat(heartbeat({ node: 'n7' }))).desired).toEqual({ flushMs: 5000 });
    await sender.inventory(inventoryUpload({ namespaces: [{ name: 'shop', labels: {} }] }));
    await sender.flows(oneFlow());
    const { clusterId } = own;
    expect(await verbs['agent.list'](tenant.as('viewer'), { clusterId })).toMatchObject([{ node: 'n7', alive: true }]);
    expect((await verbs['inventory.get'](tenant.as('viewer'), { clusterId }))?.inventory.namespaces).toHaveLength(1);
    await until(() => told.includes('flows') && told.includes('cluster'));
    await bus.close();
  });

  test('while somebody watches, agents are asked to flush often', async () => {
    const own = await connectCluster(tenant);
    const sender = new ScriptedAgent(origin, own.bearer);
    const bus = createBus({ databaseUrl: database.urls.queue, onError: () => undefined });
    await bus.ready();
    bus.publish('watch', own.clusterId);
    await until(async () => {
      const { lease } = await sender.flows(oneFlow());
      return lease !== null && lease.flushMs === 500 && lease.untilMs > Date.now();
    });
    await bus.close();
  });

  test('enrolment trades a token for a credential that works', async () => {
    const { id: clusterId } = await verbs['cluster.create'](tenant.as('owner'), { name: `e-${Date.now()}` });
    const { token } = await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId });
    const sender = new ScriptedAgent(origin, token);
    expect((await sender.enroll()).clusterId).toBe(clusterId);
    expect((await sender.flows(oneFlow())).rows).toBe(1);
  });
});

describe('install', () => {
  const get = async (path: string) => {
    const response = await fetch(`${origin}/install/${path}`);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };

  test('the manifest holds the token while it is good, and comes without it for ever after', async () => {
    const { id: clusterId } = await verbs['cluster.create'](tenant.as('owner'), { name: `i-${Date.now()}` });
    const { token } = await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId });
    const fresh = await get(`${token}.yaml`);
    expect(fresh).toMatchObject({ status: 200, type: 'application/yaml; charset=utf-8' });
    expect(fresh.text).toContain('https://margay.example.org');
    expect(fresh.text).toContain(token);
    expect(JSON.parse((await get(token)).text)).toMatchObject({ state: 'unused', usable: true });
    await database.query('owner', `UPDATE install_tokens SET expires_at = now() - interval '1 day'`);
    const late = await get(`${token}.yaml`);
    expect(late.status).toBe(200);
    expect(late.text).toContain('kind: DaemonSet');
    expect(late.text).not.toContain(token);
    await verbs['cluster.delete'](tenant.as('owner'), { clusterId });
    expect((await get(`${token}.yaml`)).status).toBe(200);
  });

  test('an address that was never given out says so', async () => {
    for (const path of [
      'x.yaml',
      `mgt_${'0'.repeat(64)}.yaml`,
      '%00.yaml',
      '../../etc/passwd.yaml',
      `${'a'.repeat(9000)}.yaml`,
    ])
      expect(await get(path)).toMatchObject({ status: 404 });
    expect((await get(`mgt_${'0'.repeat(64)}.yaml`)).text).toContain('copy the line again from the console');
  });
});

describe('refused, with a clear error and nothing written', () => {
  const cases: [string, number, string, () => Promise<{ status: number; json: unknown }>][] = [
    ['no version', 400, 'WIRE_VERSION', () => agent.post('flows', bytesOf(oneFlow()), { 'margay-wire': '' })],
    ['another version', 400, 'WIRE_VERSION', () => agent.post('flows', bytesOf(oneFlow()), { 'margay-wire': '2' })],
    ['no credential', 401, 'UNAUTHENTICATED', () => agent.post('flows', bytesOf(oneFlow()), { authorization: '' })],
    ['a malformed credential', 401, 'UNAUTHENTICATED', () => as("mgc_x.' or 1=1").post('flows', bytesOf(oneFlow()))],
    [
      'an unknown credential',
      401,
      'UNAUTHENTICATED',
      () => as(`mgc_${crypto.randomUUID()}.${'0'.repeat(64)}`).post('flows', bytesOf(oneFlow())),
    ],
    [
      'a wrong secret',
      401,
      'UNAUTHENTICATED',
      () => as(`mgc_${cluster.credential.id}.${'0'.repeat(64)}`).post('flows', bytesOf(oneFlow())),
    ],
    [
      'an install token as credential',
      401,
      'UNAUTHENTICATED',
      () => as(`mgt_${'0'.repeat(64)}`).post('flows', bytesOf(oneFlow())),
    ],
    [
      'a credential as install token',
      401,
      'UNAUTHENTICATED',
      () =>
        agent.post('enroll', JSON.stringify({ clusterUid: 'u', kubernetesVersion: '', agentVersion: '', nodes: 1 })),
    ],
    ['an empty body', 400, 'VALIDATION', () => agent.post('flows', new Uint8Array())],
    ['no zstd', 400, 'VALIDATION', () => agent.post('flows', encodeBatch(oneFlow()))],
    ['truncated zstd', 400, 'VALIDATION', () => agent.post('flows', bytesOf(oneFlow()).subarray(0, -9))],
    ['zstd of anything', 400, 'VALIDATION', () => agent.post('flows', zstdCompressSync(Buffer.alloc(5000, 7)))],
    [
      'a cut batch',
      400,
      'VALIDATION',
      () => agent.post('flows', zstdCompressSync(encodeBatch(oneFlow()).subarray(0, -8))),
    ],
    ['a zip bomb', 413, 'TOO_LARGE', () => agent.post('flows', zstdCompressSync(Buffer.alloc(1 << 30)))],
    [
      'a bomb of an inventory',
      413,
      'TOO_LARGE',
      () => agent.post('inventory', zstdCompressSync(Buffer.alloc(LIMITS.inventoryBytes + 1, ' '))),
    ],
    ['too many bytes', 413, 'TOO_LARGE', () => agent.post('flows', Buffer.alloc(LIMITS.batchCompressedBytes + 1))],
    ['a NUL in a name', 400, 'VALIDATION', () => agent.post('flows', bytesOf(named('a\u0000b')))],
    ['half a surrogate pair in a name', 400, 'VALIDATION', () => agent.post('flows', bytesOf(named('a\ud800b')))],
    ['a peer under another id', 400, 'VALIDATION', () => agent.post('flows', bytesOf(forged()))],
    ['a heartbeat that is no JSON', 400, 'VALIDATION', () => agent.post('heartbeat', '{"role":')],
    ['a heartbeat of the wrong shape', 400, 'VALIDATION', () => agent.post('heartbeat', '{"role":"king"}')],
    ['deep nesting', 400, 'VALIDATION', () => agent.post('heartbeat', '['.repeat(500_000))],
    ['deep nesting in a policy', 400, 'VALIDATION', () => agent.post('inventory', zstdCompressSync(deepInventory()))],
    ['an endpoint that is not there', 404, 'NOT_FOUND', () => agent.post('nothing' as 'flows', '{}')],
    ['a wrong method', 405, 'VALIDATION', async () => answerOf(await fetch(`${origin}/api/agent/flows`))],
  ];
  const as = (bearer: string) => new ScriptedAgent(origin, bearer);
  const named = (name: string) => flowBatch([{ src: workloadPeer('shop', name), dst: cart, atMs: Date.now() }]);
  const forged = (): FlowBatch => {
    const batch = named('honest');
    return { ...batch, head: { ...batch.head, peers: [{ id: peerId(cart), peer: frontend }] } };
  };
  const deepInventory = () => {
    const policy = { namespace: 'a', name: 'b', uid: 'c', apiVersion: 'd', kind: 'e', spec: 'SPEC' };
    return JSON.stringify(inventoryUpload({ policies: [policy] })).replace(
      '"SPEC"',
      '['.repeat(90_000) + ']'.repeat(90_000),
    );
  };
  const answerOf = async (response: Response) => ({ status: response.status, json: await response.json() });

  test.each(cases)('%s', async (_, status, code, run) => {
    const before = await written();
    const answer = await run();
    expect(answer).toMatchObject({ status, json: { code, message: expect.stringMatching(/\w{3}/) } });
    expect(await written()).toBe(before);
    expect(await alive()).toBe(200);
  });

  describe('a revoked credential', () => {
    const revoke = (own: ConnectedCluster, ctx = tenant.as('owner')) =>
      verbs['cluster.revokeCredential'](ctx, { clusterId: own.clusterId, credentialId: own.credential.id });
    /** Milliseconds from `revoked` until the agent, who was admitted just before, is refused. */
    const refusedAfter = async (own: ConnectedCluster, revoked: () => Promise<unknown>) => {
      const sender = new ScriptedAgent(origin, own.bearer);
      await sender.flows(oneFlow());
      await revoked();
      const startedMs = performance.now();
      while ((await sender.post('flows', bytesOf(oneFlow()))).status !== 401)
        if (performance.now() - startedMs > 8_000) throw new Error('still admitted');
      return performance.now() - startedMs;
    };
    let console: Bus;
    beforeAll(async () => {
      console = createBus({ databaseUrl: database.urls.queue, onError: () => undefined });
      await console.ready();
    });
    afterAll(() => console.close());
    /** The owner in another process, as the console is. */
    const inConsole = () => {
      const ctx = tenant.as('owner');
      return { ...ctx, deps: { ...ctx.deps, announce: (topic: Topic, key: string) => console.publish(topic, key) } };
    };

    test('at once: the process that revokes tells', async () => {
      const own = await connectCluster(tenant);
      expect(await refusedAfter(own, () => revoke(own, inConsole()))).toBeLessThan(250);
    });

    test('at once, when its cluster is deleted', async () => {
      const own = await connectCluster(tenant);
      const remove = () => verbs['cluster.delete'](inConsole(), { clusterId: own.clusterId });
      expect(await refusedAfter(own, remove)).toBeLessThan(250);
    });

    test('within seconds where nobody tells', async () => {
      const own = await connectCluster(tenant);
      const tookMs = await refusedAfter(own, () => revoke(own));
      expect(tookMs).toBeGreaterThan(250);
      expect(tookMs).toBeLessThan(3_500);
    });

    test('nobody is told of what was taken back', async () => {
      const told: string[] = [];
      const ctx = tenant.as('owner');
      const deps = { ...ctx.deps, announce: (topic: Topic, key: string) => void told.push(`${topic} ${key}`) };
      const own = await connectCluster(tenant);
      await revoke(own, { ...ctx, deps });
      await expect(revoke(own, { ...ctx, deps })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(told).toEqual([`revoked ${own.clusterId}`]);
    });
  });

  test('an expired install token', async () => {
    const { id: clusterId } = await verbs['cluster.create'](tenant.as('owner'), { name: `x-${Date.now()}` });
    const { token } = await verbs['cluster.createInstallToken'](tenant.as('owner'), { clusterId });
    await database.query(
      'owner',
      `UPDATE install_tokens SET expires_at = now() - interval '1 minute' WHERE cluster_id = $1`,
      [clusterId],
    );
    const body = JSON.stringify({ clusterUid: 'u', kubernetesVersion: 'v1', agentVersion: '0', nodes: 1 });
    const answer = await as(token).post('enroll', body);
    expect(answer.json).toMatchObject({ message: expect.stringContaining('expired'), retryable: false });
  });

  test('more than the organisation’s and the cluster’s share: 429 with Retry-After, and the next one is welcome', async () => {
    const own = await connectCluster(tenant);
    const small = await openIngest(environment({ MARGAY_INGEST_CLUSTER_BYTES: '2048' }), pino({ level: 'silent' }));
    const sender = new ScriptedAgent(`http://127.0.0.1:${small.port}`, own.bearer);
    try {
      const answers = [];
      for (let i = 0; i < 8; i++) answers.push(await sender.post('flows', bytesOf(oneFlow())));
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThan(0);
      for (const { json, retryAfter } of refused) {
        expect(json).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: true });
        expect(Number(retryAfter)).toBeGreaterThan(0);
      }
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(8 - refused.length);
      await until(async () => (await sender.post('flows', bytesOf(oneFlow()))).status === 200, 8_000);
    } finally {
      await small.close();
    }
  });

  test('hostile names are stored and given back as they are', async () => {
    const own = await connectCluster(tenant);
    const names = [
      '<img src=x onerror=alert(1)>',
      `${'x'.repeat(253)}`,
      "'; drop table flow.peers; --",
      '\u202e\ufeff\u{1f600}',
      '$(reboot)',
    ];
    for (const name of names) await new ScriptedAgent(origin, own.bearer).flows(named(name));
    const seen = (await edgesOf(own)).map(({ src }) => (src.kind === 'workload' ? src.name : ''));
    expect(seen.sort()).toEqual([...names].sort());
  });
});

describe('slow and broken senders', () => {
  test('a sender that hangs up in the middle leaves nothing', async () => {
    const before = await written();
    await rawRequest(
      `POST /api/agent/flows HTTP/1.1\r\nhost: x\r\nmargay-wire: 1\r\nauthorization: Bearer ${cluster.bearer}\r\ncontent-length: 1000\r\n\r\nabc`,
      { hangUpAfterMs: 100 },
    );
    expect(await alive()).toBe(200);
    expect(await written()).toBe(before);
  });

  test('an oversized body is refused before it is sent', async () => {
    const answer = await rawRequest(
      `POST /api/agent/flows HTTP/1.1\r\nhost: x\r\nmargay-wire: 1\r\nauthorization: Bearer ${cluster.bearer}\r\ncontent-length: 999999999999\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test('a chunked body without end is cut at the limit', async () => {
    const chunk = `${(1 << 20).toString(16)}\r\n${'x'.repeat(1 << 20)}\r\n`;
    const answer = await rawRequest(
      `POST /api/agent/flows HTTP/1.1\r\nhost: x\r\nmargay-wire: 1\r\nauthorization: Bearer ${cluster.bearer}\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(6)}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test('no HTTP at all', async () => {
    expect(await rawRequest('\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 |^$/);
    expect(await alive()).toBe(200);
  });
});

test('metrics count rows and refusals without naming a tenant', async () => {
  const text = await (await fetch(`${origin}/metrics`)).text();
  expect(text).toMatch(/margay_ingest_rows_total [1-9]/);
  expect(text).toMatch(/margay_ingest_requests_total\{route="\/api\/agent\/flows",status="413"\} [1-9]/);
  expect(text).not.toContain(cluster.clusterId);
  expect(text).not.toContain(tenant.orgId);
});

/** Sends raw bytes; what came back until the other side closed, or nothing more came for a while. */
function rawRequest(text: string, options: { hangUpAfterMs?: number } = {}): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port: ingest.port, host: '127.0.0.1' }, () => socket.write(text));
    socket.setTimeout(options.hangUpAfterMs ?? 3_000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

async function until(look: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    if (await look()) return;
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
