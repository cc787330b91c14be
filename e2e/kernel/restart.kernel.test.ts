import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BpfWindowSourceOptions } from '../../agent/src/flows/kernel/index.ts';
import type { ClosedWindow } from '../../agent/src/flows/window.ts';
import { buildBpf } from '../../bpf/build.ts';
import { type Pod, PodNetwork, whyNoKernelTests } from './pod-network.ts';
import { type RemoteProcess, startRemote } from './remote.ts';
import type { SourceHandlers } from './source-driver.ts';
import { countVeth } from './veth-counters.ts';

const why = whyNoKernelTests();
if (why) console.log(`skipped: e2e/kernel/restart ${why}`);

describe.skipIf(why)('an agent that dies', () => {
  let folder: string;
  let network: PodNetwork;
  let client: Pod;
  let server: Pod;
  let source: RemoteProcess<SourceHandlers>;
  /** What the agent has on its disk: one file a (boot, epoch), written before it acknowledges. */
  let spool: Map<string, ClosedWindow>;

  const begin = async (options: BpfWindowSourceOptions = {}) => {
    source = await startRemote<SourceHandlers>(network.node, join(import.meta.dirname, 'source-driver.ts'));
    await source.call.start({ pinDirectory: join(folder, 'pins'), ...options });
    await source.call.refreshTaps();
  };
  const keep = (window: ClosedWindow) => {
    const name = `${window.boot}-${window.epoch}`;
    if (!spool.has(name)) spool.set(name, window);
  };
  /** Reads a window into the spool, unless it is there already, and acknowledges it. */
  const read = async () => {
    const window = await source.call.closeWindow();
    keep(window);
    await source.call.acknowledge(window.epoch);
    return window;
  };
  const total = (pod: Pod, count: (sample: ClosedWindow['samples'][number]) => number) =>
    [...spool.values()]
      .flatMap((window) => window.samples)
      .filter((sample) => sample.localAddress === pod.ipv4)
      .reduce((sum, sample) => sum + count(sample), 0);

  beforeAll(() => {
    buildBpf();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'margay-restart-'));
    spool = new Map();
    network = new PodNetwork();
    [client, server] = await Promise.all([network.addPod(), network.addPod()]);
  });
  afterEach(async () => {
    await source.call.stop({ remove: true }).catch(() => {});
    await source.kill();
    await network.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['tcx', 10],
    ['clsact', 6],
  ] as const)('at any moment counts nothing twice and misses nothing (%s)', async (attach, rounds) => {
    await begin({ attach });
    const counter = countVeth(network, client.interface);
    const port = await server.call.listenTcp(server.ipv4, 10, 1_000);
    let connections = 0;
    let stop = false;
    const traffic = (async () => {
      for (; !stop; connections += 100) await client.call.requestsTcp(server.ipv4, port, 10, 100, 10);
    })();
    for (let round = 0; round < rounds; round++) {
      const closing = source.call.closeWindow();
      closing.catch(() => {});
      // Killed: somewhere in the middle of a close, after it has read, has spooled, has acknowledged.
      if (round % 4 === 0) await new Promise((resolve) => setTimeout(resolve, round / 2));
      else await closing;
      if (round % 4 >= 2) {
        const window = await closing;
        keep(window);
        if (round % 4 === 3) await source.call.acknowledge(window.epoch);
      }
      await source.kill();
      await begin({ attach });
    }
    stop = true;
    await traffic;
    const COUNT = connections;
    expect(COUNT).toBeGreaterThan(500);
    const deadline = Date.now() + 10_000;
    while (total(client, (sample) => sample.completed) < COUNT && Date.now() < deadline) await read();
    await read();
    expect({
      bytesOut: total(client, (sample) => sample.bytesOut),
      packetsOut: total(client, (sample) => sample.packetsOut),
      bytesIn: total(client, (sample) => sample.bytesIn),
      packetsIn: total(client, (sample) => sample.packetsIn),
    }).toEqual(counter.read());
    for (const pod of [client, server]) {
      expect(total(pod, (sample) => sample.started)).toBe(COUNT);
      expect(total(pod, (sample) => sample.completed)).toBe(COUNT);
    }
    expect(new Set([...spool.values()].map((window) => window.boot)).size).toBe(1);
    expect([...spool.values()].flatMap((window) => window.losses)).toEqual([]);
  });

  it('in the middle of a connection leaves the next one knowing who opened it', async () => {
    await begin();
    const port = await server.call.listenTcp(server.ipv4, 1_000, 10);
    const socket = await client.call.openTcp(server.ipv4, port);
    await read();
    await source.kill();
    await client.call.sendTcp(socket, 100);
    await begin();
    await client.call.sendTcp(socket, 100);
    const window = await read();
    const mine = window.samples.filter((sample) => sample.localAddress === client.ipv4);
    // Both packets of 100 bytes: the one that nobody was there for, too.
    expect(mine).toMatchObject([{ initiator: 'local', started: 0, packetsOut: 2, bytesOut: 2 * 152 }]);
    expect(total(client, (sample) => sample.started)).toBe(1);
  });

  it('hands an unacknowledged window out again under its own name, unchanged', async () => {
    await begin();
    await client.call.requestUdp(server.ipv4, await server.call.echoUdp(server.ipv4), 10, 3);
    const first = await source.call.closeWindow();
    expect(first.samples).toHaveLength(2);
    // What comes meanwhile belongs to the next.
    await client.call.requestUdp(server.ipv4, await server.call.echoUdp(server.ipv4), 10, 1);
    expect((await source.call.closeWindow()).epoch).toBe(first.epoch);
    await source.kill();
    await begin();
    const again = await source.call.closeWindow();
    expect([again.boot, again.epoch, again.windowStartMs]).toEqual([first.boot, first.epoch, first.windowStartMs]);
    const counts = (window: ClosedWindow) =>
      window.samples.map(({ firstSeenMs: _, lastSeenMs: __, ...rest }) => JSON.stringify(rest)).sort();
    expect(counts(again)).toEqual(counts(first));
    await source.call.acknowledge(again.epoch);
    const next = await source.call.closeWindow();
    expect(next.epoch).toBe(first.epoch + 1);
    expect(next.samples).toHaveLength(2);
  });

  it('and returns with another table size begins a new life of the maps', async () => {
    await begin();
    const { boot } = await read();
    await source.kill();
    await begin({ connectionsMax: 4_096 });
    expect((await read()).boot).not.toBe(boot);
    await client.call.requestUdp(server.ipv4, await server.call.echoUdp(server.ipv4), 10, 1);
    expect((await read()).samples).toHaveLength(2);
  });
});

describe.skipIf(why)('a table that is full', () => {
  it('loses by number, never silently', async () => {
    const network = new PodNetwork();
    const source = await startRemote<SourceHandlers>(network.node, join(import.meta.dirname, 'source-driver.ts'));
    try {
      const client = await network.addPod();
      const server = await network.addPod();
      await source.call.start({ pinDirectory: false, connectionsMax: 64 });
      await source.call.refreshTaps();
      const counters = [client, server].map((pod) => countVeth(network, pod.interface));
      const port = await server.call.echoUdp(server.ipv4);
      for (let i = 0; i < 100; i++) await client.call.requestUdp(server.ipv4, port, 10, 1);
      const window = await source.call.readWindow();
      const counted = window.samples.reduce((sum, sample) => sum + sample.packetsIn + sample.packetsOut, 0);
      const passed = counters
        .map((counter) => counter.read())
        .reduce((sum, { packetsIn, packetsOut }) => sum + packetsIn + packetsOut, 0);
      const lost = window.losses.find((loss) => loss.kind === 'kernel-map-full')?.count ?? 0;
      // 64 and the eighth that is kept for new ones.
      expect(window.samples).toHaveLength(72);
      expect(lost).toBeGreaterThan(0);
      expect(counted + lost).toBe(passed);
      // The next window does not report the same loss again.
      expect((await source.call.readWindow()).losses).toEqual([]);
      await source.call.stop({ remove: true });
    } finally {
      await source.kill();
      await network.remove();
    }
  });
});
