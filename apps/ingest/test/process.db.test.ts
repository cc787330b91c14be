import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import {
  type ConnectedCluster,
  connectCluster,
  createTenant,
  flowBatch,
  type TestDatabase,
  testDatabase,
  testDeps,
  workloadPeer,
} from '@margay/testkit';
import { encodeBatch } from '@margay/wire';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../src/main.ts');
let database: TestDatabase;
let cluster: ConnectedCluster;
const children: ChildProcess[] = [];
beforeAll(async () => {
  database = await testDatabase();
  cluster = await connectCluster(await createTenant(testDeps(database)));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => database.close());

/** The process as it is run: what it says, and how it ends. */
function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...environment } });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, exited, output: () => output };
}

test('says what it needs and ends, when variables are missing', async () => {
  const ingest = start({});
  expect(await ingest.exited).toBe(1);
  expect(ingest.output()).toContain('MARGAY_INGEST_DATABASE_URL: set it to');
});

test('SIGTERM lets a request that has begun end, then the process ends cleanly', async () => {
  const ingest = start({
    MARGAY_APP_DATABASE_URL: database.urls.app,
    MARGAY_INGEST_DATABASE_URL: database.urls.ingest,
    MARGAY_QUEUE_DATABASE_URL: database.urls.queue,
    MARGAY_PUBLIC_URL: 'http://127.0.0.1:3000',
    MARGAY_VERSION: '0.1.0',
    PORT: '0',
  });
  const port = await eventually(() => Number(/"port":(\d+)/.exec(ingest.output())?.[1]));
  const health = await fetch(`http://127.0.0.1:${port}/healthz`);
  expect(await health.json()).toEqual({ state: 'ok', version: '0.1.0' });

  const peers = [workloadPeer('shop', 'frontend'), workloadPeer('shop', 'cart')] as const;
  const body = zstdCompressSync(encodeBatch(flowBatch([{ src: peers[0], dst: peers[1], atMs: Date.now() }])));
  let answer = '';
  const socket = connect(port, '127.0.0.1');
  socket.on('data', (chunk) => (answer += String(chunk)));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const head = `POST /api/agent/flows HTTP/1.1\r\nhost: x\r\nmargay-wire: 1\r\nauthorization: Bearer ${cluster.bearer}\r\ncontent-length: ${body.length}\r\n\r\n`;
  socket.write(Buffer.concat([Buffer.from(head), body.subarray(0, 10)]));
  await eventually(async () => /in_flight 1/.test(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()));
  ingest.child.kill('SIGTERM');
  await eventually(() =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  socket.write(body.subarray(10));
  expect(await ingest.exited).toBe(0);
  await closed;
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer).toContain('"rows":1');
  expect(await database.query('owner', 'SELECT 1 FROM flow.batches')).toHaveLength(1);
});

async function eventually<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + 20_000; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error('not so within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
