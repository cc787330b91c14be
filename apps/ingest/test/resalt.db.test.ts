import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_ID, type Peer, peerId, splitHash64 } from '@margay/model';
import { verbs } from '@margay/services';
import { joinPeers } from '@margay/services/inputs';
import {
  type ConnectedCluster,
  connectCluster,
  createTenant,
  type Tenant,
  type TestDatabase,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildBatches } from '../../../agent/src/flows/build-batches.ts';
import { type ConsoleClient, connectConsole } from '../../../agent/src/uplink/console-client.ts';
import { Sender } from '../../../agent/src/uplink/sender.ts';
import { Spool } from '../../../agent/src/uplink/spool.ts';
import { openIngest, type RunningIngest } from '../src/open-ingest.ts';
import { ingestEnvironment } from './ingest-environment.ts';

/** The agent's own sender and spool against the real ingest, in a cluster where an id is taken. */
let database: TestDatabase;
let tenant: Tenant;
let ingest: RunningIngest;
let cluster: ConnectedCluster;
let directory: string;
let client: ConsoleClient;
beforeAll(async () => {
  database = await testDatabase();
  tenant = await createTenant(testDeps(database));
  ingest = await openIngest(ingestEnvironment(database), pino({ level: 'silent' }));
});
afterAll(async () => {
  await ingest.close();
  await database.close();
});
beforeEach(async () => {
  cluster = await connectCluster(tenant);
  directory = await mkdtemp(join(tmpdir(), 'margay-ingest-resalt-'));
  client = connectConsole(`http://127.0.0.1:${ingest.port}`);
});
afterEach(async () => {
  await client.close();
  await rm(directory, { recursive: true, force: true });
});

const log = pino({ level: 'silent' });
const [front, cart, imposter] = ['front', 'cart', 'imposter'].map((name) => workloadPeer('shop', name)) as [
  Peer,
  Peer,
  Peer,
];

/** Lets `id` stand for another peer already: what a collision of hashes comes to. */
async function take(id: string): Promise<void> {
  const { hi, lo } = splitHash64(id);
  const signed = BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)).toString();
  await database.query(
    'owner',
    `INSERT INTO flow.peers (org_id, cluster_id, id, text_check, kind, namespace, name, peer)
     VALUES ($1, $2, $3, 7, 'workload', 'shop', 'imposter', $4)`,
    [tenant.orgId, cluster.clusterId, signed, JSON.stringify(imposter)],
  );
}

const openSpool = () => Spool.open({ directory, bytesMax: 1 << 20, log, now: Date.now });

/** One window on disk: front > cart, cart > front and front > front, by ports 1 to 3; `tooOld` adds a row that no console takes. */
async function spoolWindow(spool: Spool, { tooOld = false } = {}): Promise<void> {
  const nowMs = Date.now();
  const peers = new Map([front, cart].map((peer) => [peerId(peer), peer] as const));
  const ends: [Peer, Peer, number][] = [
    [front, cart, nowMs],
    [cart, front, nowMs],
    [front, front, nowMs],
  ];
  if (tooOld) ends.push([front, cart, nowMs - 40 * 86_400_000]);
  const rows = ends.map(([src, dst, atMs], index) => ({
    windowStart: Math.floor(atMs / 5_000) * 5,
    src: peerId(src),
    dst: peerId(dst),
    service: NO_ID,
    protocol: 6,
    port: index + 1,
    reporter: 'src' as const,
    action: 'allow' as const,
    evidence: 'kernel' as const,
    bytesForward: 100,
    packetsForward: 1,
    bytesReverse: 0,
    packetsReverse: 0,
    started: 1,
    completed: 1,
    firstSeenMs: atMs,
    lastSeenMs: atMs,
    addresses: [],
  }));
  const idOf = () => crypto.randomUUID();
  await spool.commit({
    boot: 'boot',
    epoch: 1,
    held: [],
    batchesOf: (losses, sequence) => buildBatches({ node: 'n1', boot: 'boot', rows, peers, losses, sequence, idOf }),
  });
}

function senderOf(spool: Spool, console: ConsoleClient): Sender {
  const credentials = { get: async () => cluster.credential, refused: () => undefined };
  return new Sender({ console, credentials, spool, log, now: Date.now, random: () => 0, onLease: () => undefined });
}

async function edges(): Promise<string[]> {
  const nowMs = Date.now();
  const graph = await verbs['flow.graph'](tenant.as('viewer'), {
    clusterId: cluster.clusterId,
    fromMs: nowMs - 600_000,
    toMs: nowMs + 60_000,
  });
  expect(graph.losses).toEqual([]);
  const name = (peer: unknown) => (peer as { name: string }).name;
  return joinPeers(graph)
    .map((edge) => `${name(edge.src)} > ${name(edge.dst)}:${edge.port} ${edge.connectionsStarted}`)
    .sort();
}
const ALL = ['cart > front:2 1', 'front > cart:1 1', 'front > front:3 1'];

describe('an id that stands for another peer', () => {
  test('is told, re-salted, and every row arrives under its own name, once', async () => {
    await take(peerId(cart));
    const spool = await openSpool();
    await spoolWindow(spool);
    await senderOf(spool, client).drain(new AbortController().signal);
    expect(spool.size.batches).toBe(0);
    expect(spool.losses.list()).toEqual([]);
    expect(await edges()).toEqual(ALL);
  });

  test('is re-salted until it is free', async () => {
    for (const salt of [0, 1, 2]) await take(peerId(cart, salt));
    await take(peerId(front));
    const spool = await openSpool();
    await spoolWindow(spool);
    await senderOf(spool, client).drain(new AbortController().signal);
    expect(spool.losses.list()).toEqual([]);
    expect(await edges()).toEqual(ALL);
  });

  test('rows that are refused for another reason stay counted, once', async () => {
    await take(peerId(cart));
    const spool = await openSpool();
    await spoolWindow(spool, { tooOld: true });
    await senderOf(spool, client).drain(new AbortController().signal);
    expect(spool.losses.list()).toMatchObject([{ kind: 'too-old', count: 1 }]);
    expect(await edges()).toEqual(ALL);
  });

  test.each(['goes on', 'starts anew'])(
    'nothing is lost or doubled when every answer gets lost once and the agent %s',
    async (how) => {
      await take(peerId(cart));
      await take(peerId(cart, 1));
      await spoolWindow(await openSpool(), { tooOld: true });
      let lost = 0;
      const seen = new Set<string>();
      // The console has committed when its answer is lost. An answer begins with its part's id.
      const lossy: ConsoleClient = {
        ...client,
        post: async (request) => {
          const answer = await client.post(request);
          const key = JSON.stringify(answer.json).slice(0, 60);
          if (seen.has(key)) return answer;
          seen.add(key);
          lost++;
          throw new Error('the answer got lost');
        },
      };
      let spool = await openSpool();
      let sender = senderOf(spool, lossy);
      for (let round = 0; spool.size.batches > 0; round++) {
        expect(round).toBeLessThan(10);
        await sender.drain(new AbortController().signal);
        if (how === 'goes on' || spool.size.batches === 0) continue;
        spool = await openSpool();
        sender = senderOf(spool, lossy);
      }
      expect(lost).toBeGreaterThanOrEqual(3);
      expect(spool.losses.list()).toMatchObject([{ kind: 'too-old', count: 1 }]);
      expect(await edges()).toEqual(ALL);
    },
    20_000,
  );
});
