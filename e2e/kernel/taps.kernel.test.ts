import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionSample } from '../../agent/src/flows/window.ts';
import { buildBpf } from '../../bpf/build.ts';
import type { ForeignHandlers } from './foreign-driver.ts';
import { type Pod, PodNetwork, whyNoKernelTests } from './pod-network.ts';
import { type RemoteProcess, startRemote } from './remote.ts';
import type { SourceHandlers } from './source-driver.ts';
import { countVeth } from './veth-counters.ts';

const why = whyNoKernelTests();
if (why) console.log(`skipped: e2e/kernel/taps ${why}`);

const script = (name: string) => join(import.meta.dirname, name);

describe.skipIf(why)('taps', () => {
  let folder: string;
  let network: PodNetwork;
  let client: Pod;
  let server: Pod;
  let source: RemoteProcess<SourceHandlers>;
  let foreign: RemoteProcess<ForeignHandlers>;

  beforeAll(() => {
    buildBpf();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'margay-taps-'));
    network = new PodNetwork();
    [client, server, source, foreign] = await Promise.all([
      network.addPod(),
      network.addPod(),
      startRemote<SourceHandlers>(network.node, script('source-driver.ts')),
      startRemote<ForeignHandlers>(network.node, script('foreign-driver.ts')),
    ]);
  });
  afterEach(async () => {
    await source.call.stop({ remove: true }).catch(() => {});
    await Promise.all([source.kill(), foreign.kill()]);
    await network.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const indexOf = (name: string) =>
    (JSON.parse(network.inNode('ip', '-j', 'link', 'show', 'dev', name)) as { ifindex: number }[])[0]!.ifindex;
  const filters = (name: string) => network.inNode('tc', 'filter', 'show', 'dev', name, 'ingress');

  /** One UDP exchange of the two pods, as the source saw it at both. */
  async function exchange(): Promise<ConnectionSample[]> {
    await source.call.readWindow();
    const port = await server.call.echoUdp(server.ipv4);
    await client.call.requestUdp(server.ipv4, port, 10, 1);
    const { samples } = await source.call.readWindow();
    return samples.filter((sample) => sample.localPort === port || sample.remotePort === port);
  }

  it('of tcx come back when somebody detaches them', async () => {
    const pinDirectory = join(folder, 'pins');
    await source.call.start({ pinDirectory, attach: 'tcx' });
    expect(await exchange()).toHaveLength(2);
    const own = readdirSync(pinDirectory)[0]!;
    await foreign.call.detachPinned(join(pinDirectory, own, `link-${indexOf(client.interface)}-ingress`));
    expect((await foreign.call.programs(indexOf(client.interface))).ingress).toEqual([]);
    expect(await source.call.refreshTaps()).toMatchObject([{ state: 'active' }, { state: 'active' }]);
    const samples = await exchange();
    expect(samples).toHaveLength(2);
    expect(samples.every((sample) => sample.packetsIn === 1 && sample.packetsOut === 1)).toBe(true);
  });

  it.each([
    ['filter', ['tc', 'filter', 'del', 'dev', 'pod1', 'ingress']],
    ['qdisc', ['tc', 'qdisc', 'del', 'dev', 'pod1', 'clsact']],
  ])('of clsact come back when somebody deletes the %s', async (_, command) => {
    await source.call.start({ pinDirectory: false, attach: 'clsact' });
    expect(await exchange()).toHaveLength(2);
    expect(filters(client.interface)).toContain('margay_from_pod');
    network.inNode(...command);
    expect(filters(client.interface)).toBe('');
    await source.call.refreshTaps();
    const samples = await exchange();
    expect(samples).toHaveLength(2);
    expect(samples.every((sample) => sample.packetsIn === 1 && sample.packetsOut === 1)).toBe(true);
  });

  it.each(['tcx', 'clsact'] as const)('of %s leave nothing behind when they are removed', async (attach) => {
    const mountsBefore = readFileSync('/proc/mounts', 'utf8');
    const before = network.inNode('tc', 'qdisc', 'show');
    const pinDirectory = join(folder, 'pins');
    await source.call.start({ pinDirectory, attach });
    expect(existsSync(pinDirectory)).toBe(true);
    expect(await exchange()).toHaveLength(2);
    await source.call.stop({ remove: true });
    expect(network.inNode('tc', 'qdisc', 'show')).toBe(before);
    for (const pod of [client, server]) {
      expect(await foreign.call.programs(indexOf(pod.interface))).toEqual({ ingress: [], egress: [] });
      expect(filters(pod.interface)).toBe('');
    }
    expect(existsSync(pinDirectory)).toBe(false);
    expect(readFileSync('/proc/mounts', 'utf8')).toBe(mountsBefore);
  });

  /** Somebody else's program, which lets packets pass and lets nobody after it see them. */
  function buildForeign(): string {
    const object = join(folder, 'foreign.bpf.o');
    const code = `#include <linux/bpf.h>
      __attribute__((section("tc"), used)) int foreign(struct __sk_buff *skb) { return 0; }
      __attribute__((section("license"), used)) char LICENSE[] = "GPL";`;
    writeFileSync(join(folder, 'foreign.bpf.c'), code);
    const include = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
    const args = ['-target', 'bpf', '-O2', '-g', include, '-c', join(folder, 'foreign.bpf.c'), '-o', object];
    expect(spawnSync('clang', args, { encoding: 'utf8' }).stderr).toBe('');
    return object;
  }

  it('of clsact go before a filter that was there, and leave it and the qdisc to its owner', async () => {
    const add = `tc filter add dev ${client.interface} ingress prio 1 bpf da obj ${buildForeign()} sec tc`;
    network.inNode('tc', 'qdisc', 'add', 'dev', client.interface, 'clsact');
    network.inNode(...add.split(' '));
    await source.call.start({ pinDirectory: false, attach: 'clsact' });
    const samples = await exchange();
    expect(samples.find((sample) => sample.interfaceIndex === indexOf(client.interface))).toMatchObject({
      packetsIn: 1,
      packetsOut: 1,
    });
    await source.call.stop({ remove: true });
    expect(filters(client.interface)).toContain('foreign');
    expect(filters(client.interface)).not.toContain('margay');
  });

  it('of tcx go before a program that was there, and leave it alone', async () => {
    const index = indexOf(client.interface);
    await foreign.call.attach(buildForeign(), index);
    const before = await foreign.call.programs(index);
    await source.call.start({ pinDirectory: false, attach: 'tcx' });
    const during = await foreign.call.programs(index);
    expect(during.ingress).toHaveLength(2);
    expect(during.ingress[1]).toBe(before.ingress[0]);
    expect(await exchange()).toHaveLength(2);
    await source.call.stop({ remove: true });
    expect(await foreign.call.programs(index)).toEqual(before);
  });

  it('follow pods that come and go', async () => {
    await source.call.start({ pinDirectory: false });
    const third = await network.addPod();
    expect(await source.call.refreshTaps()).toHaveLength(3);
    await third.call.requestUdp(server.ipv4, await server.call.echoUdp(server.ipv4), 10, 1);
    await network.removePod(third);
    // The kernel takes a namespace apart in the background.
    await expect
      .poll(async () => (await source.call.refreshTaps()).map((tap) => tap.interface), { timeout: 10_000 })
      .toEqual([client.interface, server.interface]);
    // What it said before it went is not lost.
    const { samples } = await source.call.readWindow();
    expect(samples.filter((sample) => sample.localAddress === third.ipv4)).toMatchObject([
      { packetsOut: 1, packetsIn: 1 },
    ]);
  });

  it('are there for a new pod before anybody asks', async () => {
    await source.call.start({ pinDirectory: false, attach: 'tcx' });
    const third = await network.addPod();
    const index = indexOf(third.interface);
    await expect
      .poll(() => foreign.call.programs(index), { timeout: 5_000, interval: 20 })
      .toEqual({ ingress: [expect.any(Number)], egress: [expect.any(Number)] });
  });

  it.each(['tcx', 'clsact'] as const)('of %s see every packet of pods that live for a moment', async (attach) => {
    await source.call.start({ pinDirectory: false, attach });
    const port = await server.call.listenTcp(server.ipv4, 10, 10);
    await source.call.readWindow();
    const addresses = Array.from({ length: 10 }, () => network.runShortPod(server.ipv4, port, '0123456789'));
    const { samples, losses } = await source.call.readWindow();
    const sent = addresses.map((address) => {
      const own = samples.filter((sample) => sample.localAddress === address);
      const far = samples.filter((sample) => sample.remoteAddress === address);
      expect(far).toHaveLength(1);
      expect(own, address).toMatchObject([
        {
          started: 1,
          initiator: 'local',
          outcome: 'answered',
          bytesOut: far[0]?.bytesIn,
          packetsOut: far[0]?.packetsIn,
        },
      ]);
      return own[0]?.bytesIn ?? 0;
    });
    // SYN-ACK, reply and FIN at least, of 40 and 60 bytes.
    expect(Math.min(...sent)).toBeGreaterThan(10 + 40 + 60);
    expect(losses).toEqual([]);
    // The taps of those that are gone are forgotten, when the kernel has taken their namespaces apart.
    await expect
      .poll(async () => (await source.call.refreshTaps()).map((tap) => tap.interface), { timeout: 40_000 })
      .toEqual([client.interface, server.interface]);
  });

  it('that were put on by a guess go when a look shows no pod', async () => {
    await source.call.start({ pinDirectory: false, attach: 'tcx' });
    const outside = `${network.node}-out`;
    spawnSync('ip', ['netns', 'add', outside]);
    try {
      // A host route to a hop, which is a default route's gateway the moment after.
      const lines = [
        `link add uplink type veth peer name eth0 netns ${outside}`,
        'link set uplink up',
        'route add 198.51.100.1/32 dev uplink',
        'route add default via 198.51.100.1 dev uplink',
      ];
      spawnSync('ip', ['-n', network.node, '-batch', '-'], { input: lines.join('\n') });
      const index = indexOf('uplink');
      await expect
        .poll(async () => (await source.call.refreshTaps()).map((tap) => tap.interface), { timeout: 5_000 })
        .not.toContain('uplink');
      expect(await foreign.call.programs(index)).toEqual({ ingress: [], egress: [] });
    } finally {
      spawnSync('ip', ['netns', 'del', outside]);
    }
  });

  it('are never put on the uplink of the node, though it is a veth too', async () => {
    const outside = `${network.node}-out`;
    spawnSync('ip', ['netns', 'add', outside]);
    try {
      network.inNode('ip', 'link', 'add', 'uplink', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside);
      network.inNode('ip', 'addr', 'add', '192.0.2.2/24', 'dev', 'uplink');
      network.inNode('ip', 'link', 'set', 'uplink', 'up');
      await source.call.start({ pinDirectory: false });
      // A network between two routers, without a default route as yet.
      expect((await source.call.refreshTaps()).map((tap) => tap.interface)).not.toContain('uplink');
      network.inNode('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
      network.inNode('ip', 'route', 'add', '198.51.100.7/32', 'dev', 'uplink');
      expect((await source.call.refreshTaps()).map((tap) => tap.interface)).not.toContain('uplink');
    } finally {
      spawnSync('ip', ['netns', 'del', outside]);
    }
  });

  describe('behind a bridge', () => {
    const pods = [1, 2, 3].map((number) => ({ number, address: `10.88.0.${number + 1}`, port: `br${number}` }));
    const namespaceOf = (number: number) => `${network.node}-br${number}`;
    const inPod = (number: number, ...command: string[]) =>
      spawnSync('nsenter', [`--net=/run/netns/${namespaceOf(number)}`, ...command], { encoding: 'utf8' });

    beforeEach(() => {
      network.inNode('ip', 'link', 'add', 'cni0', 'type', 'bridge');
      network.inNode('ip', 'addr', 'add', '10.88.0.1/24', 'dev', 'cni0');
      network.inNode('ip', 'link', 'set', 'cni0', 'up');
      for (const { number, address, port } of pods) {
        spawnSync('ip', ['netns', 'add', namespaceOf(number)]);
        network.inNode('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespaceOf(number));
        network.inNode('ip', 'link', 'set', port, 'master', 'cni0', 'up');
        inPod(number, 'ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0');
        inPod(number, 'ip', 'link', 'set', 'eth0', 'up');
      }
      // Once all are there: each port may change the bridge's own address, and then it forgets its neighbours.
      for (const { address } of pods) network.inNode('ping', '-c', '1', '-q', address);
    });
    afterEach(() => {
      for (const { number } of pods) spawnSync('ip', ['netns', 'del', namespaceOf(number)]);
    });

    it('find pods with the addresses that its tables know', async () => {
      await source.call.start({ pinDirectory: false });
      const statuses = await source.call.refreshTaps();
      for (const { address, port } of pods) {
        expect(statuses).toContainEqual(
          expect.objectContaining({ interface: port, addresses: [address], state: 'active' }),
        );
      }
    });

    it('do not take what it floods to every port for traffic of every pod', async () => {
      await source.call.start({ pinDirectory: false });
      await source.call.refreshTaps();
      inPod(1, 'ping', '-c', '1', '-q', '10.88.0.3');
      await source.call.readWindow();
      // The bridge forgets where the second pod is, and does not learn it again.
      network.inNode('bridge', 'link', 'set', 'dev', 'br2', 'learning', 'off');
      network.inNode('ip', 'link', 'set', 'br2', 'type', 'bridge_slave', 'fdb_flush');
      const third = countVeth(network, 'br3');
      expect(inPod(1, 'ping', '-c', '3', '-i', '0.1', '-q', '10.88.0.3').status).toBe(0);
      expect(third.read().packetsIn).toBeGreaterThanOrEqual(3);
      const pings = (await source.call.readWindow()).samples.filter((sample) => sample.protocol === 1);
      expect(pings.map((sample) => [sample.localAddress, sample.packetsIn]).sort()).toEqual([
        ['10.88.0.2', 3],
        ['10.88.0.3', 3],
      ]);
    });
  });

  it('find pods that only their own namespace explains', async () => {
    const pod = await network.addPod();
    network.inNode('ip', 'route', 'del', pod.ipv4, 'dev', pod.interface);
    network.inNode('ip', '-6', 'route', 'del', pod.ipv6, 'dev', pod.interface);
    await source.call.start({ pinDirectory: false });
    expect(await source.call.refreshTaps()).toContainEqual(
      expect.objectContaining({ interface: pod.interface, addresses: [pod.ipv4, pod.ipv6] }),
    );
  });

  it('say so when they see established TCP go only one way', async () => {
    await source.call.start({ pinDirectory: false, attach: 'clsact' });
    await source.call.readWindow();
    const port = await server.call.listenTcp(server.ipv4, 10, 10);
    // Another data plane that carries packets to the pod past the host side of its veth.
    network.inNode('tc', 'filter', 'del', 'dev', client.interface, 'egress');
    await client.call.requestsTcp(server.ipv4, port, 10, 10, 5);
    const { samples } = await source.call.readWindow();
    const oneWay = samples.filter((sample) => sample.interfaceIndex === indexOf(client.interface));
    expect(oneWay.every((sample) => sample.outcome === 'answered' && sample.packetsIn === 0)).toBe(true);
    expect(await source.call.refreshTaps()).toMatchObject([
      { interface: client.interface, state: 'half-blind' },
      { interface: server.interface, state: 'active' },
    ]);
  });
});
