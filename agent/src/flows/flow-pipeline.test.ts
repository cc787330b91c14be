import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyBooks, somePod, someSample } from '../../test/books.ts';
import { quietLog } from '../../test/quiet-log.ts';
import { until } from '../../test/until.ts';
import { ExternalTable } from '../calc/external-table.ts';
import type { IdentitySource } from '../identity/identity-source.ts';
import { Spool } from '../uplink/spool.ts';
import { FlowPipeline } from './flow-pipeline.ts';
import type { ClosedWindow, ConnectionSample, WindowSource } from './window.ts';

/** A kernel in memory: samples wait in it until a window is acknowledged, and an unacknowledged window is handed out again. */
class ScriptedSource implements WindowSource {
  readonly waiting: ConnectionSample[] = [];
  losses: ClosedWindow['losses'] = [];
  acknowledged: number[] = [];
  closed = 0;
  failNext: Error | null = null;
  #window: ClosedWindow | null = null;
  #epoch = 0;

  async start() {}
  async stop() {}
  async refreshTaps() {
    return [
      { interface: 'veth1', interfaceIndex: 7, addresses: ['10.244.1.1'], state: 'active' as const, message: '' },
    ];
  }
  async natEntries(): Promise<never> {
    throw new Error('no conntrack here');
  }
  async closeWindow(nowMs: number): Promise<ClosedWindow> {
    this.closed += 1;
    const failure = this.failNext;
    this.failNext = null;
    if (failure) throw failure;
    this.#window ??= {
      boot: 'b1',
      epoch: this.#epoch++,
      windowStartMs: Math.floor(nowMs / 5_000) * 5_000,
      closedAtMs: nowMs,
      samples: this.waiting.splice(0),
      losses: this.losses,
    };
    return this.#window;
  }
  async acknowledge(epoch: number) {
    this.acknowledged.push(epoch);
    this.#window = null;
  }
}

let directory = '';
let stopping: AbortController;
let running: Promise<void>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'margay-agent-pipeline-'));
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await running;
  rmSync(directory, { recursive: true, force: true });
});

async function start(source: ScriptedSource, ready: Promise<void> = Promise.resolve()) {
  const books = emptyBooks();
  books.nodes.change(null, { name: 'n1', addresses: ['172.18.0.2'], podCIDRs: ['10.244.1.0/24'] }, 0);
  for (const name of ['web', 'api'])
    books.pods.change(null, somePod(name, name === 'web' ? '10.244.1.1' : '10.244.1.2'), 0);
  const identity: IdentitySource = {
    resolver: books.resolver,
    services: books.services,
    ready,
    podAt: (address) => books.pods.podAt(address),
    refresh: () => {},
    problems: () => [],
    uninstalling: () => false,
    stop: async () => {},
  };
  const log = quietLog();
  const spool = await Spool.open({ directory, bytesMax: 1 << 20, log, now: Date.now });
  const options = { source, identity, externals: new ExternalTable(10), spool, node: 'n1', log, now: Date.now };
  const pipeline = new FlowPipeline(options);
  pipeline.setFlush(250);
  running = pipeline.run(stopping.signal);
  return { pipeline, spool, log, books };
}
const sample = (over: Partial<ConnectionSample> = {}) =>
  someSample({ firstSeenMs: Date.now(), lastSeenMs: Date.now(), ...over });

async function rowsOf(spool: Spool) {
  const batches = [];
  for (let entry = spool.take(); entry; entry = spool.take()) {
    batches.push(await spool.read(entry));
    await spool.remove(entry);
  }
  return batches;
}

describe('FlowPipeline', () => {
  it('puts a window on disk before it lets the kernel forget it', async () => {
    const source = new ScriptedSource();
    source.waiting.push(sample({ bytesOut: 11 }), sample({ bytesOut: 22, localPort: 1 }));
    const { spool, pipeline } = await start(source);
    const onDisk: number[] = [];
    const acknowledge = source.acknowledge.bind(source);
    source.acknowledge = async (epoch) => {
      onDisk.push(spool.isCommitted('b1', epoch) ? epoch : -1);
      await acknowledge(epoch);
    };
    await until('a batch', () => spool.size.batches > 0);
    await until('the acknowledgement', () => source.acknowledged.length > 0);
    expect(onDisk[0]).toBe(0);
    const [batch] = await rowsOf(spool);
    expect(batch?.columns.rows).toBe(1);
    expect(batch?.columns.bytesForward[0]).toBe(33);
    expect(pipeline.taps.map((tap) => tap.interface)).toEqual(['veth1']);
  });

  it('attaches, but reads nothing, before addresses can be named', async () => {
    const source = new ScriptedSource();
    const named = Promise.withResolvers<void>();
    const { pipeline, spool } = await start(source, named.promise);
    source.waiting.push(sample());
    await until('taps', () => pipeline.taps.length > 0);
    expect(source.closed).toBe(0);
    named.resolve();
    await until('a batch', () => spool.size.batches > 0);
  });

  it('does not count a window again that a crash left unacknowledged', async () => {
    const source = new ScriptedSource();
    source.waiting.push(sample());
    const window = await source.closeWindow(Date.now());
    const before = await Spool.open({ directory, bytesMax: 1 << 20, log: quietLog(), now: Date.now });
    await before.commit({ boot: window.boot, epoch: window.epoch, held: [], batchesOf: () => [] });
    const { spool } = await start(source);
    await until('the acknowledgement', () => source.acknowledged.includes(window.epoch));
    source.waiting.push(sample({ remotePort: 99 }));
    await until('the next window', () => spool.size.batches > 0);
    const [batch] = await rowsOf(spool);
    expect([...(batch?.columns.port ?? [])]).toEqual([99]);
  });

  it('reads again what it could not read', async () => {
    const source = new ScriptedSource();
    source.failNext = new Error('EBUSY');
    source.waiting.push(sample());
    const { spool, log } = await start(source);
    await until('a batch', () => spool.size.batches > 0);
    expect(log.lines.some((line) => line.includes('EBUSY'))).toBe(true);
  });

  it('sends the kernel’s losses along, also without rows', async () => {
    const source = new ScriptedSource();
    source.losses = [{ kind: 'kernel-map-full', count: 3 }];
    const { spool } = await start(source);
    await until('a batch', () => spool.size.batches > 0);
    const [batch] = await rowsOf(spool);
    expect(batch?.head.losses).toMatchObject([{ kind: 'kernel-map-full', count: 3 }]);
  });

  it('holds a sample of an unknown pod until the watch tells, and keeps its window', async () => {
    const source = new ScriptedSource();
    const { spool, books } = await start(source);
    source.waiting.push(sample({ remoteAddress: '10.244.1.77' }));
    await until('the hold', () => spool.held.length === 1);
    const [held] = spool.held;
    books.pods.change(null, somePod('late', '10.244.1.77', { sinceMs: Date.now() - 1_000 }), Date.now());
    await until('a batch', () => spool.size.batches > 0);
    const [batch] = await rowsOf(spool);
    expect(batch?.columns.windowStart[0]).toBe(held!.windowStartMs / 1_000);
    expect(batch?.head.peers.map(({ peer }) => (peer as { name?: string }).name).sort()).toEqual(['late', 'web']);
    expect(batch?.head.losses).toEqual([]);
  });

  it('reads the last window when it is told to stop', async () => {
    const source = new ScriptedSource();
    const { spool, pipeline } = await start(source);
    pipeline.setFlush(60_000);
    await until('taps', () => pipeline.taps.length > 0);
    source.waiting.push(sample());
    stopping.abort();
    await running;
    expect((await rowsOf(spool)).reduce((sum, { columns }) => sum + columns.rows, 0)).toBe(1);
  });
});
