import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_ID, peerId } from '@margay/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { someSample } from '../../test/books.ts';
import { quietLog } from '../../test/quiet-log.ts';
import type { FlowRow } from '../calc/flow-row.ts';
import { buildBatches } from '../flows/build-batches.ts';
import { batchId } from './batch-id.ts';
import { Spool } from './spool.ts';

const peer = { kind: 'node', name: 'n1' } as const;
const id = peerId(peer);
const row = (port: number): FlowRow => ({
  windowStart: 1_000,
  src: id,
  dst: id,
  service: NO_ID,
  protocol: 6,
  port,
  reporter: 'src',
  action: 'allow',
  evidence: 'kernel',
  bytesForward: 1,
  packetsForward: 1,
  bytesReverse: 1,
  packetsReverse: 1,
  started: 1,
  completed: 0,
  firstSeenMs: 1_000_000,
  lastSeenMs: 1_000_001,
  addresses: [],
});

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'margay-agent-spool-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (bytesMax = 1 << 20) => Spool.open({ directory, bytesMax, log: quietLog(), now: () => 5_000 });
const window = (epoch: number, rows: number, boot = 'boot') => ({
  boot,
  epoch,
  held: [],
  batchesOf: (losses: Parameters<Parameters<Spool['commit']>[0]['batchesOf']>[0], sequence: number) =>
    buildBatches({
      node: 'n1',
      boot,
      rows: Array.from({ length: rows }, (_, port) => row(port)),
      peers: new Map([[id, peer]]),
      losses,
      sequence,
      idOf: (part) => batchId('n1', boot, epoch, part),
    }),
});
async function takeAll(spool: Spool) {
  const found: string[] = [];
  for (let entry = spool.take(); entry; entry = spool.take()) {
    const { head } = await spool.read(entry);
    found.push(`${entry.epoch}:${head.rows}:${head.losses.map((loss) => `${loss.kind}=${loss.count}`).join()}`);
    await spool.remove(entry);
  }
  return found;
}

describe('Spool', () => {
  it('hands out what was committed, oldest first, also to the next process', async () => {
    const spool = await open();
    await spool.commit(window(1, 2));
    await spool.commit(window(2, 3));
    await spool.close();
    const next = await open();
    expect(next.size.batches).toBe(2);
    expect([next.isCommitted('boot', 2), next.isCommitted('boot', 3), next.isCommitted('other', 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await takeAll(next)).toEqual(['1:2:', '2:3:']);
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  it('keeps held samples and waiting losses for the next process', async () => {
    const spool = await open();
    const held = [{ sample: someSample({}), windowStartMs: 1_000, sinceMs: 2_000 }];
    await spool.commit({ ...window(1, 1), held });
    spool.losses.add('too-old', 4, 1_000);
    await spool.close();
    const next = await open();
    expect(next.held).toEqual(held);
    await next.commit(window(2, 1));
    expect(await takeAll(next)).toEqual(['1:1:', '2:1:too-old=4']);
  });

  it('after a crash before the state was written has read nothing', async () => {
    const spool = await open();
    await spool.commit(window(1, 1));
    writeFileSync(join(directory, '000000000001-boot-2-9.batch.part'), 'half');
    const next = await open();
    expect(next.isCommitted('boot', 2)).toBe(false);
    expect(await takeAll(next)).toEqual(['1:1:']);
  });

  it('after a crash before the final names has read all', async () => {
    const spool = await open();
    await spool.commit(window(1, 1));
    const { renameSync } = await import('node:fs');
    const [name = ''] = readdirSync(directory).filter((file) => file.endsWith('.batch'));
    renameSync(join(directory, name), join(directory, `${name}.part`));
    const next = await open();
    expect(next.isCommitted('boot', 1)).toBe(true);
    expect(await takeAll(next)).toEqual(['1:1:']);
  });

  it('starts afresh on a state that cannot be read, keeping batches', async () => {
    const spool = await open();
    await spool.commit(window(1, 1));
    writeFileSync(join(directory, 'state.json'), '{"boot":');
    expect(await takeAll(await open())).toEqual(['1:1:']);
  });

  it('beyond its bound drops the oldest, counts its rows and passes on the losses it carried', async () => {
    const spool = await open();
    spool.losses.add('identity', 2, 1_000);
    await spool.commit(window(1, 500));
    const { bytes } = spool.size;
    const small = await open(Math.floor(bytes * 2.5));
    await small.commit(window(2, 500));
    expect(small.size.batches).toBe(2);
    await small.commit(window(3, 500));
    expect(small.size.batches).toBe(2);
    expect(small.size.bytes).toBeLessThanOrEqual(bytes * 2.5);
    await small.commit(window(4, 1));
    expect(await takeAll(small)).toEqual(['2:500:', '3:500:', '4:1:identity=2,spool-full=500']);
  });

  it('killed after that, the next process still tells', async () => {
    const first = await open();
    await first.commit(window(1, 500));
    const small = await open(Math.floor(first.size.bytes * 1.5));
    await small.commit(window(2, 500));
    const next = await open();
    await next.commit(window(3, 1));
    expect(await takeAll(next)).toEqual(['2:500:', '3:1:spool-full=500']);
    expect((await open()).losses.list()).toEqual([]);
  });

  it('does not drop the batch that is being sent', async () => {
    const first = await open();
    await first.commit(window(1, 500));
    const spool = await open(Math.floor(first.size.bytes * 2.2));
    const sending = spool.take()!;
    await spool.commit(window(2, 500));
    await spool.commit(window(3, 500));
    await spool.read(sending);
    await spool.remove(sending);
    expect(await takeAll(spool)).toEqual(['3:500:']);
    expect(spool.losses.list()).toMatchObject([{ kind: 'spool-full', count: 500 }]);
  });

  it('counts a window that the disk does not take, and goes on', async () => {
    const spool = await open();
    await spool.commit(window(1, 1));
    rmSync(directory, { recursive: true });
    await spool.commit(window(2, 7));
    expect(spool.isCommitted('boot', 2)).toBe(true);
    expect(spool.losses.list()).toMatchObject([{ kind: 'spool-full', count: 7 }]);
  });

  it('leaves nothing of a window that the disk took half', async () => {
    const spool = await open();
    mkdirSync(join(directory, 'state.json.new'));
    await spool.commit(window(1, 7));
    expect(readdirSync(directory)).toEqual(['state.json.new']);
    rmdirSync(join(directory, 'state.json.new'));
    await spool.commit(window(2, 1));
    expect(await takeAll(spool)).toEqual(['2:1:spool-full=7']);
  });

  it('leaves other files alone', async () => {
    writeFileSync(join(directory, 'notes.txt'), 'x');
    await open();
    expect(readdirSync(directory)).toContain('notes.txt');
  });

  it('wakes a sender that waits', async () => {
    const spool = await open();
    const woken = spool.added().then(() => 'woken');
    await spool.commit(window(1, 1));
    expect(await woken).toBe('woken');
  });
});
