import { spawnSync } from 'node:child_process';
import { hash64 } from '@margay/model';
import type { PolicySetTable, TraceEntry } from '@margay/policy';
import ipaddr from 'ipaddr.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pod, PodNetwork } from '../../../e2e/kernel/pod-network.ts';
import { EMPTY_PLANE, endpointKey, type PlaneEndpoint, type PlaneSettings } from '../../src/dataplane/plane-state.ts';
import { NftDriver } from '../../src/drivers/nft/nft-driver.ts';
import { nftCommand } from '../../src/drivers/nft/run-nft.ts';
import { Reconciler } from '../../src/sequence/reconciler.ts';
import { whyNoNamespaces } from './test-namespace.ts';

const reason = whyNoNamespaces();
if (reason) console.log(`skipped: live connections through nftables: ${reason}`);
const REQUEST = 1_000;
const REPLY = 200_000;
/** Longer than a retransmission takes on the way between two pods (at least 200 ms). */
const PATIENCE_MS = 1_500;

type Verdict = 'allow' | 'deny';

/** Says the same of everything. */
function setOf(direction: PolicySetTable['direction'], action: Verdict): PolicySetTable {
  const hit: TraceEntry = { tier: 'default', kind: 'NetworkPolicy', namespace: 'n', name: 'p', rule: 0, action };
  const body = { direction, tiers: [], closing: { action, hit } };
  return { id: hash64(JSON.stringify(body)), ...body };
}

function addressOf(text: string): PlaneEndpoint['address'] {
  const bytes = ipaddr.parse(text).toByteArray();
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, first: value, last: value };
}

describe.skipIf(reason)('live connections through nftables', () => {
  let network: PodNetwork;
  let client: Pod;
  let server: Pod;
  let reconciler: Reconciler;
  beforeAll(async () => {
    network = new PodNetwork();
    [client, server] = [await network.addPod(), await network.addPod()];
    const run = nftCommand(['nsenter', `--net=/run/netns/${network.node}`]);
    reconciler = new Reconciler(new NftDriver({ run, logGroup: 7 }));
  });
  afterAll(async () => network.remove());

  /** The server may be asked, or not; it may ask nobody itself. */
  const govern = async (settings: PlaneSettings, ingress: Verdict) => {
    const sets = [
      setOf('egress', 'deny'),
      setOf('ingress', ingress),
      setOf('egress', 'allow'),
      setOf('ingress', 'deny'),
    ];
    const [no, asked, yes, none] = sets.map(({ id }) => id);
    const endpoints = [client, server].flatMap((pod) =>
      [pod.ipv4, pod.ipv6].map((text) => ({
        namespace: 'n',
        name: pod.interface,
        hostInterface: pod.interface,
        address: addressOf(text),
        egress: (pod === client ? yes : no) ?? '',
        ingress: (pod === client ? none : asked) ?? '',
      })),
    );
    await reconciler.want({
      settings,
      foreign: false,
      addressSets: new Map(),
      policySets: new Map(sets.map((set) => [set.id, set])),
      endpoints: new Map(endpoints.map((one) => [endpointKey(one), one])),
    });
  };
  /** Whether an open connection brings the reply and ends. */
  const goesOn = async (connection: number) => {
    await client.call.sendTcp(connection, REQUEST);
    return endsInTime(connection);
  };
  const endsInTime = (connection: number) =>
    Promise.race([
      client.call.closeTcp(connection).then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, PATIENCE_MS, false)),
    ]);

  it('lets nothing through that bears another address than its sender has', async () => {
    const inPod = (pod: Pod, ...command: string[]) =>
      spawnSync('nsenter', [`--net=/run/netns/${pod.namespace}`, ...command], { encoding: 'utf8' });
    const counted = (text: string) =>
      [...text.matchAll(/counter packets (\d+)/g)].map(([, packets]) => Number(packets));
    const others = ['203.0.113.5', '2001:db8:5::5'];
    for (const other of others)
      inPod(client, 'ip', 'addr', 'add', other, 'dev', 'eth0', ...(other.includes(':') ? ['nodad'] : []));
    const watched = [
      `ip saddr ${others[0]}`,
      `ip6 saddr ${others[1]}`,
      `ip saddr ${client.ipv4}`,
      `ip6 saddr ${client.ipv6}`,
    ];
    const counters = [
      'add table inet seen',
      'add chain inet seen came { type filter hook input priority 0; }',
      ...watched.map((one) => `add rule inet seen came ${one} counter`),
    ].join('; ');
    inPod(server, 'nft', counters);
    const sendAll = () => {
      for (const [source, to] of [
        [others[0], server.ipv4],
        [others[1], server.ipv6],
        [client.ipv4, server.ipv4],
        [client.ipv6, server.ipv6],
      ])
        inPod(client, 'ping', '-c', '1', '-W', '1', '-I', source ?? '', to ?? '');
      const packets = counted(inPod(server, 'nft', 'list', 'table', 'inet', 'seen').stdout);
      inPod(server, 'nft', 'reset', 'counters', 'table', 'inet', 'seen');
      return packets;
    };
    await govern({ onDeny: 'drop', established: 'cut' }, 'allow');
    const governed = sendAll();
    expect(governed).toEqual([0, 0, expect.any(Number), expect.any(Number)]);
    expect(Math.min(...governed.slice(2))).toBeGreaterThan(0);
    await reconciler.want(EMPTY_PLANE);
    // Nobody governs it any more: what was seen to be missing does come.
    expect(
      sendAll()
        .slice(0, 2)
        .every((packets) => packets > governed[0]!),
    ).toBe(true);
    inPod(server, 'nft', 'delete', 'table', 'inet', 'seen');
    for (const other of others) inPod(client, 'ip', 'addr', 'del', other, 'dev', 'eth0');
  });

  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    const open = async () => {
      const port = await server.call.listenTcp(server[family], REQUEST, REPLY);
      return { port, connection: await client.call.openTcp(server[family], port) };
    };
    const onDeny = 'drop';

    it.each(['keep', 'cut'] as const)('lets answers through that nobody else may send (%s)', async (established) => {
      await govern({ onDeny, established }, 'allow');
      const { port, connection } = await open();
      expect(await goesOn(connection)).toBe(true);
      const { bytes } = await client.call.requestTcp(server[family], port, REQUEST);
      expect(bytes).toBe(REPLY);
      const back = await client.call.listenTcp(client[family], REQUEST, 1);
      expect(await server.call.tryTcp(client[family], back, 500)).toBe('TIMEOUT');
    });

    it('keeps what runs when its allow is withdrawn, and lets nothing begin', async () => {
      await govern({ onDeny, established: 'keep' }, 'allow');
      const { port, connection } = await open();
      await govern({ onDeny, established: 'keep' }, 'deny');
      expect(await client.call.tryTcp(server[family], port, 500)).toBe('TIMEOUT');
      expect(await goesOn(connection)).toBe(true);
    });

    it('cuts what runs when its allow is withdrawn; given back in time, it goes on', async () => {
      await govern({ onDeny, established: 'cut' }, 'allow');
      const { connection } = await open();
      await govern({ onDeny, established: 'cut' }, 'deny');
      const ended = client.call.sendTcp(connection, REQUEST).then(() => client.call.closeTcp(connection));
      const waited = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, 'waiting'));
      expect(await Promise.race([ended, waited])).toBe('waiting');
      await govern({ onDeny, established: 'cut' }, 'allow');
      await ended;
    });

    it('tells the sender where it rejects, of what begins and of what is cut', async () => {
      await govern({ onDeny: 'reject', established: 'cut' }, 'allow');
      const { port, connection } = await open();
      await govern({ onDeny: 'reject', established: 'cut' }, 'deny');
      expect(await client.call.tryTcp(server[family], port, 5_000)).toBe('ECONNREFUSED');
      await expect(client.call.closeTcp(connection)).rejects.toThrow('ECONNRESET');
      expect(reconciler.drifted).toBe(0);
    });
  });
});
