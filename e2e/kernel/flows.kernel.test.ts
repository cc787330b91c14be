import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClosedWindow, ConnectionSample } from '../../agent/src/flows/window.ts';
import { buildBpf } from '../../bpf/build.ts';
import { type Pod, PodNetwork, whyNoKernelTests } from './pod-network.ts';
import { type RemoteProcess, startRemote } from './remote.ts';
import type { SourceHandlers } from './source-driver.ts';
import { countVeth, type VethCounters } from './veth-counters.ts';

const TCP = 6;
const UDP = 17;
const why = whyNoKernelTests();
if (why) console.log(`skipped: e2e/kernel/flows ${why}`);

/** Sums of samples, as the veth's own counters have them. */
function sum(samples: readonly ConnectionSample[]): VethCounters {
  const total = { bytesOut: 0, packetsOut: 0, bytesIn: 0, packetsIn: 0 };
  for (const sample of samples) {
    total.bytesOut += sample.bytesOut;
    total.packetsOut += sample.packetsOut;
    total.bytesIn += sample.bytesIn;
    total.packetsIn += sample.packetsIn;
  }
  return total;
}

describe.skipIf(why)('flows of real sockets', () => {
  let network: PodNetwork;
  let client: Pod;
  let server: Pod;
  let source: RemoteProcess<SourceHandlers>;
  let indexOf: Map<string, number>;

  beforeAll(async () => {
    buildBpf();
    network = new PodNetwork();
    client = await network.addPod();
    server = await network.addPod();
    source = await startRemote<SourceHandlers>(network.node, join(import.meta.dirname, 'source-driver.ts'));
    await source.call.start({ pinDirectory: false });
    const taps = await source.call.refreshTaps();
    indexOf = new Map(taps.map((tap) => [tap.interface, tap.interfaceIndex]));
  });
  afterAll(async () => {
    await source?.kill();
    await network?.remove();
  });

  const at = (window: ClosedWindow, pod: Pod) =>
    window.samples.filter((sample) => sample.interfaceIndex === indexOf.get(pod.interface));

  /** Closes windows until `enough` is true of all of them together. */
  async function collect(enough: (samples: ConnectionSample[]) => boolean, timeoutMs = 10_000): Promise<ClosedWindow> {
    const deadline = Date.now() + timeoutMs;
    const samples: ConnectionSample[] = [];
    for (;;) {
      const window = await source.call.readWindow();
      samples.push(...window.samples);
      if (enough(samples)) return { ...window, samples };
      if (Date.now() > deadline) throw new Error(`not seen: ${JSON.stringify(samples)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('taps the host side of every pod, and says what is behind it', async () => {
    expect(await source.call.refreshTaps()).toMatchObject(
      [client, server].map((pod) => ({ interface: pod.interface, addresses: [pod.ipv4, pod.ipv6], state: 'active' })),
    );
  });

  it.each(['ipv4', 'ipv6'] as const)(
    'a TCP connection over %s has its exact bytes, packets, direction and ports',
    async (family) => {
      await source.call.readWindow();
      const counters = [client, server].map((pod) => countVeth(network, pod.interface));
      const before = counters.map((counter) => counter.read());
      const port = await server.call.listenTcp(server[family], 50_000, 300_000);
      const answer = await client.call.requestTcp(server[family], port, 50_000);
      expect(answer.bytes).toBe(300_000);
      const completed = (samples: ConnectionSample[]) => samples.filter((sample) => sample.completed > 0).length === 2;
      const window = await collect(completed);
      for (const [i, pod] of [client, server].entries()) {
        const after = counters[i]!.read();
        const mine = at(window, pod);
        expect(sum(mine)).toEqual({
          bytesOut: after.bytesOut - before[i]!.bytesOut,
          packetsOut: after.packetsOut - before[i]!.packetsOut,
          bytesIn: after.bytesIn - before[i]!.bytesIn,
          packetsIn: after.packetsIn - before[i]!.packetsIn,
        });
        expect(mine.map((sample) => sample.started).reduce((a, b) => a + b)).toBe(1);
        for (const sample of mine) {
          expect(sample).toMatchObject({
            localAddress: pod[family],
            remoteAddress: (pod === client ? server : client)[family],
            protocol: TCP,
            localPort: pod === client ? answer.port : port,
            remotePort: pod === client ? port : answer.port,
            initiator: pod === client ? 'local' : 'remote',
            outcome: 'answered',
          });
          expect(Math.abs(sample.firstSeenMs - Date.now())).toBeLessThan(10_000);
        }
      }
      for (const pod of [client, server]) network.inNode('nft', `delete table netdev margay_${pod.interface}`);
    },
  );

  it.each(['ipv4', 'ipv6'] as const)('UDP over %s is told by its first packet', async (family) => {
    await source.call.readWindow();
    const port = await server.call.echoUdp(server[family]);
    const local = await client.call.requestUdp(server[family], port, 100, 5);
    const window = await collect((samples) => samples.length >= 2);
    const header = family === 'ipv4' ? 28 : 48;
    const bytes = 5 * (header + 100);
    expect(at(window, client)).toMatchObject([
      {
        protocol: UDP,
        localPort: local,
        remotePort: port,
        initiator: 'local',
        bytesOut: bytes,
        bytesIn: bytes,
        packetsOut: 5,
        packetsIn: 5,
        started: 1,
      },
    ]);
    expect(at(window, server)).toMatchObject([
      {
        protocol: UDP,
        localPort: port,
        remotePort: local,
        initiator: 'remote',
        bytesOut: bytes,
        bytesIn: bytes,
        started: 1,
      },
    ]);
  });

  it('UDP in fragments keeps its ports and loses no byte', async () => {
    await source.call.readWindow();
    const port = await server.call.echoUdp(server.ipv4);
    await client.call.requestUdp(server.ipv4, port, 4_000, 2);
    const window = await collect((samples) => samples.length >= 2);
    // 4,008 bytes of UDP in three pieces of at most 1,480.
    expect(at(window, client)).toMatchObject([
      { remotePort: port, packetsOut: 6, bytesOut: 2 * (4_008 + 60), packetsIn: 6 },
    ]);
    expect(window.losses).toEqual([]);
  });

  it.each(['ipv4', 'ipv6'] as const)('ping over %s is one connection with type and code as ports', async (family) => {
    await source.call.readWindow();
    const args = [`--net=/run/netns/${client.namespace}`, 'ping', '-c', '3', '-i', '0.1', '-q', server[family]];
    expect(spawnSync('nsenter', args).status).toBe(0);
    const window = await collect((samples) => samples.length >= 2);
    const [protocol, port, bytes] = family === 'ipv4' ? [1, 8 << 8, 3 * 84] : [58, 128 << 8, 3 * 104];
    expect(at(window, client)).toMatchObject([
      {
        protocol,
        localPort: port,
        remotePort: port,
        initiator: 'local',
        packetsOut: 3,
        packetsIn: 3,
        bytesOut: bytes,
        started: 1,
      },
    ]);
    expect(at(window, server)).toMatchObject([{ protocol, localPort: port, remotePort: port, initiator: 'remote' }]);
  });

  it('counts every one of many short connections', async () => {
    await source.call.readWindow();
    const port = await server.call.listenTcp(server.ipv4, 10, 10);
    const COUNT = 2_000;
    const asked = client.call.requestsTcp(server.ipv4, port, 10, COUNT, 50);
    const total = { started: 0, completed: 0, connections: new Set<number>() };
    // Windows are cut right through it.
    const window = collect((samples) => {
      const mine = samples.filter((sample) => sample.interfaceIndex === indexOf.get(client.interface));
      total.started = mine.reduce((count, sample) => count + sample.started, 0);
      total.completed = mine.reduce((count, sample) => count + sample.completed, 0);
      return total.completed >= COUNT;
    }, 60_000);
    await asked;
    const { samples } = await window;
    const rest = await source.call.readWindow();
    for (const pod of [client, server]) {
      const mine = [...samples, ...rest.samples].filter(
        (sample) => sample.interfaceIndex === indexOf.get(pod.interface),
      );
      expect(mine.reduce((count, sample) => count + sample.started, 0)).toBe(COUNT);
      expect(mine.reduce((count, sample) => count + sample.completed, 0)).toBe(COUNT);
      // Some ports come back: the side that closes first keeps the old connection, and that is the server.
      expect(
        new Set(mine.map((sample) => (pod === client ? sample.localPort : sample.remotePort))).size,
      ).toBeGreaterThan(COUNT / 2);
      expect(mine.every((sample) => sample.initiator === (pod === client ? 'local' : 'remote'))).toBe(true);
    }
  });

  it('holds an unanswered SYN back for 3 s and then reports it once', async () => {
    await source.call.readWindow();
    network.inNode(
      'nft',
      'add table ip margay_drop; add chain ip margay_drop f { type filter hook forward priority 0; }',
    );
    network.inNode('nft', `add rule ip margay_drop f ip daddr ${server.ipv4} tcp dport 81 drop`);
    const beganMs = Date.now();
    // SYNs at 0 s, 1 s and 3 s.
    const outcome = client.call.tryTcp(server.ipv4, 81, 3_500);
    const window = await collect((samples) => samples.some((sample) => sample.started > 0));
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(3_000);
    expect(await outcome).toBe('TIMEOUT');
    const rest = await collect(() => Date.now() - beganMs > 6_000);
    network.inNode('nft', 'delete table ip margay_drop');
    const mine = [...window.samples, ...rest.samples];
    expect(
      mine.every(
        (sample) => sample.outcome === 'unanswered' && sample.initiator === 'local' && sample.remotePort === 81,
      ),
    ).toBe(true);
    expect(mine.reduce((count, sample) => count + sample.started, 0)).toBe(1);
    expect(mine.reduce((count, sample) => count + sample.packetsOut, 0)).toBeGreaterThanOrEqual(2);
    expect(mine.every((sample) => sample.packetsIn === 0)).toBe(true);
  });

  it('a refused connection is answered, begun and over', async () => {
    await source.call.readWindow();
    expect(await client.call.tryTcp(server.ipv4, 9, 2_000)).toBe('ECONNREFUSED');
    const window = await collect((samples) => samples.length >= 2);
    expect(at(window, client)).toMatchObject([
      { remotePort: 9, initiator: 'local', outcome: 'answered', started: 1, completed: 1, packetsOut: 1, packetsIn: 1 },
    ]);
    expect(at(window, server)).toMatchObject([{ localPort: 9, initiator: 'remote', started: 1, completed: 1 }]);
  });

  it.each([
    ['ipv4', 'ip', '10.96.0.9'],
    ['ipv6', 'ip6', 'fd00:96::9'],
  ] as const)('lists how a service address of %s found its backend', async (family, nft, service) => {
    await source.call.readWindow();
    const port = await server.call.listenTcp(server[family], 10, 10);
    const backend = family === 'ipv4' ? server.ipv4 : `[${server.ipv6}]`;
    network.inNode('nft', `add table ${nft} margay_nat`);
    network.inNode('nft', `add chain ${nft} margay_nat p { type nat hook prerouting priority -100; }`);
    network.inNode(
      'nft',
      `add rule ${nft} margay_nat p ${nft} daddr ${service} tcp dport 80 dnat to ${backend}:${port}`,
    );
    const { port: local } = await client.call.requestTcp(service, 80, 10);
    expect(await source.call.natEntries()).toContainEqual({
      protocol: TCP,
      sourceAddress: client[family],
      sourcePort: local,
      originalAddress: service,
      originalPort: 80,
      backendAddress: server[family],
      backendPort: port,
    });
    network.inNode('nft', `delete table ${nft} margay_nat`);
    const window = await collect((samples) => samples.filter((sample) => sample.completed > 0).length === 2);
    // At the client the packet still says the service, at the server it says the pod.
    expect(at(window, client)).toMatchObject([{ remoteAddress: service, remotePort: 80, initiator: 'local' }]);
    expect(at(window, server)).toMatchObject([{ localAddress: server[family], localPort: port, initiator: 'remote' }]);
  });

  describe('with conntrack', () => {
    beforeAll(() => {
      // It works where a rule asks for it.
      network.inNode('nft', 'add table ip margay_ct');
      network.inNode('nft', 'add chain ip margay_ct f { type filter hook forward priority 0; }');
      network.inNode('nft', 'add rule ip margay_ct f ct state established accept');
    });
    const restart = async () => {
      await source.call.stop({ remove: true });
      await source.call.start({ pinDirectory: false });
    };

    it('learns who opened a TCP connection that was under way when the tap came', async () => {
      const port = await server.call.listenTcp(server.ipv4, 1_000, 10);
      await source.call.stop({ remove: true });
      const socket = await client.call.openTcp(server.ipv4, port);
      await source.call.start({ pinDirectory: false });
      await client.call.sendTcp(socket, 100);
      const window = await collect((samples) => samples.length >= 2);
      expect(at(window, client)).toMatchObject([{ initiator: 'local', started: 0 }]);
      expect(at(window, server)).toMatchObject([{ initiator: 'remote', started: 0 }]);
    });

    it('does not take the reply for the question when the tap came between the two', async () => {
      const port = await server.call.echoUdp(server.ipv4);
      const local = await client.call.requestUdp(server.ipv4, port, 10, 1);
      await restart();
      for (let window = 0; window < 2; window++) {
        await server.call.pushUdp(port, client.ipv4, local);
        const seen = await collect((samples) => samples.length >= 2);
        expect(at(seen, client)).toMatchObject([{ initiator: 'local', localPort: local, remotePort: port }]);
        expect(at(seen, server)).toMatchObject([{ initiator: 'remote', localPort: port, remotePort: local }]);
      }
    });
  });
});
