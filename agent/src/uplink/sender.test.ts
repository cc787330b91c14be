import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_ID, type Peer, peerId } from '@margay/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietLog } from '../../test/quiet-log.ts';
import { type ScriptedConsole, startScriptedConsole } from '../../test/scripted-console.ts';
import { until } from '../../test/until.ts';
import { buildBatches } from '../flows/build-batches.ts';
import { batchId } from './batch-id.ts';
import { connectConsole } from './console-client.ts';
import { CredentialSource } from './credential-source.ts';
import { Sender } from './sender.ts';
import { Spool } from './spool.ts';

const SECRET = 'a'.repeat(64);
const peerOf = (name: string): Peer => ({ kind: 'node', name });

let directory = '';
let console: ScriptedConsole;
let stopping: AbortController;
let running: Promise<void>;
let leases: { flushMs: number; untilMs: number }[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'margay-agent-sender-'));
  console = await startScriptedConsole();
  stopping = new AbortController();
  running = Promise.resolve();
  leases = [];
});
afterEach(async () => {
  stopping.abort();
  await running;
  await console.stop();
  rmSync(directory, { recursive: true, force: true });
});

function writeCredential(id: string): void {
  mkdirSync(join(directory, 'credential'), { recursive: true });
  writeFileSync(join(directory, 'credential', 'id'), id);
  writeFileSync(join(directory, 'credential', 'secret'), `${SECRET}\n`);
}

async function start() {
  const log = quietLog();
  const spool = await Spool.open({ directory: join(directory, 'spool'), bytesMax: 1 << 20, log, now: Date.now });
  const sender = new Sender({
    console: connectConsole(console.origin),
    credentials: new CredentialSource({
      directory: join(directory, 'credential'),
      stored: async () => null,
      log,
    }),
    spool,
    log,
    now: Date.now,
    random: () => 0,
    onLease: (lease) => void leases.push(lease),
  });
  running = sender.run(stopping.signal);
  return { spool, log };
}

async function commit(spool: Spool, epoch: number, names: string[]) {
  const peers = new Map(names.map((name) => [peerId(peerOf(name)), peerOf(name)] as const));
  const rows = [...peers.keys()].map((src) => ({
    windowStart: 1_000,
    src,
    dst: src,
    service: NO_ID,
    protocol: 6,
    port: epoch,
    reporter: 'src' as const,
    action: 'allow' as const,
    evidence: 'kernel' as const,
    bytesForward: 1,
    packetsForward: 1,
    bytesReverse: 0,
    packetsReverse: 0,
    started: 1,
    completed: 0,
    firstSeenMs: 1_000_000,
    lastSeenMs: 1_000_000,
    addresses: [],
  }));
  const boot = 'boot';
  await spool.commit({
    boot,
    epoch,
    held: [],
    batchesOf: (losses, sequence) =>
      buildBatches({
        node: 'n1',
        boot,
        rows,
        peers,
        losses,
        sequence,
        idOf: (part) => batchId('n1', boot, epoch, part),
      }),
  });
}
const accept = (id: string) => console.accepted.add(`mgc_${id}.${SECRET}`);
const namesOf = (index: number) =>
  console.batches[index]?.head.peers.map(({ peer }) => (peer as { name: string }).name);

describe('Sender', () => {
  it('keeps flows until the credential is there, then sends them in order and empties the spool', async () => {
    const { spool, log } = await start();
    await commit(spool, 1, ['a']);
    await commit(spool, 2, ['a', 'b']);
    await until('the wait for the credential', () => log.lines.some((line) => line.includes('waiting')));
    expect(console.seen).toEqual([]);
    accept('c1');
    writeCredential('c1');
    await until('an empty spool', () => spool.size.batches === 0);
    expect(console.batches.map(({ columns }) => columns.port[0])).toEqual([1, 2]);
    expect(console.batches[0]?.head.sentAtMs).toBeGreaterThan(Date.now() - 60_000);
  });

  it('defines a peer once, and again when the console asks', async () => {
    accept('c1');
    writeCredential('c1');
    const { spool } = await start();
    await commit(spool, 1, ['a']);
    await commit(spool, 2, ['a', 'b']);
    await until('both', () => spool.size.batches === 0);
    expect([namesOf(0), namesOf(1)]).toEqual([['a'], ['b']]);
    console.peers.clear();
    await commit(spool, 3, ['a', 'b']);
    await until('the definitions', () => console.peers.size === 2);
    expect(console.batches.slice(2).map(({ head }) => head.rows)).toEqual([2, 0]);
  });

  it('sends the same id again after an answer that got lost, so that it counts once', async () => {
    accept('c1');
    writeCredential('c1');
    let lost = 0;
    console.override = (path) => (path.endsWith('flows') && lost++ === 0 ? { status: 502 } : null);
    const { spool } = await start();
    await commit(spool, 1, ['a']);
    await until('the second try', () => spool.size.batches === 0);
    expect(console.seen.map(({ status }) => status)).toEqual([502, 200]);
    expect(console.batches.map(({ head }) => head.id)).toEqual([batchId('n1', 'boot', 1, 0)]);
  });

  it('waits as long as the console asks', async () => {
    accept('c1');
    writeCredential('c1');
    const times: number[] = [];
    console.override = () => {
      times.push(Date.now());
      const busy = { code: 'LIMIT_EXCEEDED', message: 'slow down', retryable: true };
      return times.length === 1 ? { status: 429, headers: { 'retry-after': '1' }, body: busy } : null;
    };
    const { spool } = await start();
    await commit(spool, 1, ['a']);
    await until('the second try', () => spool.size.batches === 0);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(950);
  });

  it('drops and counts what the console refuses for good, and tells with the next batch', async () => {
    accept('c1');
    writeCredential('c1');
    const bad = { code: 'VALIDATION', message: 'row 0: no', retryable: false };
    console.override = (path) =>
      path.endsWith('flows') && console.seen.length === 0 ? { status: 400, body: bad } : null;
    const { spool, log } = await start();
    await commit(spool, 1, ['a', 'b']);
    await until('the drop', () => spool.size.batches === 0);
    await commit(spool, 2, ['a']);
    await until('the next', () => console.batches.length === 1);
    expect(console.batches[0]?.head.losses).toMatchObject([{ kind: 'decode', count: 2 }]);
    expect(log.lines.some((line) => line.startsWith('error') && line.includes('row 0: no'))).toBe(true);
  });

  it('keeps flows when the credential is refused, and goes on with a new one', async () => {
    writeCredential('revoked');
    const { spool, log } = await start();
    await commit(spool, 1, ['a']);
    await until('the refusal', () => console.seen.some(({ status }) => status === 401));
    accept('c2');
    writeCredential('c2');
    await until('an empty spool', () => spool.size.batches === 0);
    expect(log.lines.some((line) => line.includes('revoked'))).toBe(true);
    expect(console.batches).toHaveLength(1);
  });

  it('counts rows that the console found too old', async () => {
    accept('c1');
    writeCredential('c1');
    console.override = (path) => {
      if (!path.endsWith('flows')) return null;
      const refused = [
        { reason: 'too-old', rows: 3 },
        { reason: 'invalid', rows: 1 },
      ];
      return {
        status: 200,
        body: { id: batchId('n1', 'boot', 1, 0), rows: 0, duplicate: false, unknownPeers: [], refused, lease: null },
      };
    };
    const { spool } = await start();
    await commit(spool, 1, ['a']);
    await until('the answer', () => spool.size.batches === 0);
    expect(spool.losses.list()).toMatchObject([
      { kind: 'too-old', count: 3 },
      { kind: 'decode', count: 1 },
    ]);
  });

  it('passes on a lease in this machine’s time', async () => {
    accept('c1');
    writeCredential('c1');
    console.lease = { flushMs: 500, untilMs: Date.now() + 30_000 };
    const { spool } = await start();
    await commit(spool, 1, ['a']);
    await until('the lease', () => leases.length > 0);
    expect(leases[0]?.flushMs).toBe(500);
    expect(Math.abs(leases[0]!.untilMs - console.lease.untilMs)).toBeLessThan(2_500);
  });

  it('comes back when the console does', async () => {
    accept('c1');
    writeCredential('c1');
    const { spool } = await start();
    const port = Number(new URL(console.origin).port);
    await console.stop();
    await commit(spool, 1, ['a']);
    const again = await startScriptedConsole(port);
    console = again;
    accept('c1');
    await until('the batch', () => again.batches.length === 1);
    expect(spool.size.batches).toBe(0);
  });

  it('drops and counts a file that is no batch', async () => {
    accept('c1');
    writeCredential('c1');
    mkdirSync(join(directory, 'spool'));
    writeFileSync(join(directory, 'spool', '000000000000-boot-1-12.batch'), 'garbage');
    const { spool } = await start();
    await until('the drop', () => spool.size.batches === 0);
    expect(spool.losses.list()).toMatchObject([{ kind: 'decode', count: 12 }]);
  });
});
