import { hash64 } from '@margay/model';
import type { AddressRange, PolicySetTable } from '@margay/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlaneSettings, planeState } from '../../src/dataplane/plane-state.ts';
import { NftDriver } from '../../src/drivers/nft/nft-driver.ts';
import { nftCommand } from '../../src/drivers/nft/run-nft.ts';
import { traceOf } from '../../src/drivers/nft/trace-of.ts';
import { planOperations } from '../../src/sequence/plan-operations.ts';
import { type SentPacket, TCP_FLAG } from './frames.ts';
import { interfaceOf, placeOf, RouterNetwork } from './router-network.ts';
import { whyNoNamespaces } from './test-namespace.ts';

const reason = whyNoNamespaces();
if (reason) console.log(`skipped: connections through nftables: ${reason}`);
const LOG_GROUP = 7;

const FIRST = { 4: 0x0a_00_00_00n, 6: 0x20_01_0d_b8n << 96n } as const;
const host = (number: bigint, family: 4 | 6 = 4): AddressRange => {
  const value = FIRST[family] + number;
  return { family, first: value, last: value };
};
const TO_SERVER = { src: host(1n), dst: host(2n), protocol: 6, srcPort: 40_000, dstPort: 80, icmp: null };
const TO_CLIENT = { src: host(2n), dst: host(1n), protocol: 6, srcPort: 80, dstPort: 40_000, icmp: null };
const HANDSHAKE: readonly SentPacket[] = [
  TO_SERVER,
  { ...TO_CLIENT, tcp: { flags: TCP_FLAG.syn | TCP_FLAG.ack, sequence: 1, acknowledged: 2 } },
  { ...TO_SERVER, tcp: { flags: TCP_FLAG.ack, sequence: 2, acknowledged: 2 } },
];
const ASKS: SentPacket = { ...TO_SERVER, tcp: { flags: TCP_FLAG.ack, sequence: 2, acknowledged: 2 } };
const ANSWERS: SentPacket = { ...TO_CLIENT, tcp: { flags: TCP_FLAG.ack, sequence: 2, acknowledged: 2 } };

function setOf(direction: PolicySetTable['direction'], action: 'allow' | 'deny'): PolicySetTable {
  const body = { direction, tiers: [], closing: { action, hit: null } };
  return { id: hash64(JSON.stringify(body)), ...body };
}

function stateOf(ingress: 'allow' | 'deny', { onDeny = 'drop', established = 'keep' }: Partial<PlaneSettings>) {
  const [out, into] = [setOf('egress', 'allow'), setOf('ingress', ingress)];
  const endpoints = [host(1n), host(2n), host(1n, 6), host(2n, 6)].map((address) => ({
    namespace: 'n',
    name: `p${address.first}`,
    address,
    egress: out.id,
    ingress: into.id,
  }));
  const policySets = new Map([out, into].map((set) => [set.id, set]));
  return planeState({ addressSets: new Map(), policySets, endpoints }, ({ address }) => interfaceOf(placeOf(address)), {
    onDeny,
    established,
  });
}

describe.skipIf(reason)('connections through nftables', () => {
  let network: RouterNetwork;
  beforeAll(() => {
    network = new RouterNetwork(LOG_GROUP);
  });
  afterAll(async () => network.remove());

  it.each(['keep', 'cut'] as const)('are told of to NFLOG once, and when they are ended (%s)', async (established) => {
    const driver = new NftDriver({ run: nftCommand(network.router.enter), logGroup: LOG_GROUP });
    const send = async (ingress: 'allow' | 'deny', packets: readonly SentPacket[]) => {
      const state = stateOf(ingress, { established });
      await driver.apply(planOperations(await driver.read([state]), state));
      const { arrived, logged } = await network.send(packets);
      const told = [...logged].flatMap(([number, prefixes]) =>
        prefixes.map((prefix) => {
          const { direction, verdict } = traceOf(prefix, state) ?? expect.fail(prefix);
          return [number, direction, verdict];
        }),
      );
      return { arrived: [...arrived.keys()].sort((a, b) => a - b), told };
    };
    network.forgetConnections();
    expect(await send('allow', [...HANDSHAKE, ASKS, ANSWERS])).toEqual({
      arrived: [1, 2, 3, 4, 5],
      told: [
        [1, 'egress', 'allow'],
        [1, 'ingress', 'allow'],
      ],
    });
    expect(await send('deny', [ASKS, ANSWERS, { ...TO_SERVER, srcPort: 40_001 }])).toEqual({
      arrived: established === 'keep' ? [1, 2] : [2],
      told: [
        ...(established === 'keep' ? [] : [[1, 'ingress', 'deny']]),
        [3, 'egress', 'allow'],
        [3, 'ingress', 'deny'],
      ],
    });
  });

  it('are rejected by an ICMP error where they are not TCP', async () => {
    const driver = new NftDriver({ run: nftCommand(network.router.enter), logGroup: LOG_GROUP });
    const state = stateOf('deny', { onDeny: 'reject' });
    await driver.apply(planOperations(await driver.read([state]), state));
    network.forgetConnections();
    const udp = { protocol: 17, srcPort: 40_000, dstPort: 53, icmp: null };
    const packets = ([4, 6] as const).map((family) => ({ ...udp, src: host(1n, family), dst: host(2n, family) }));
    const { arrived } = await network.send(packets);
    // The error carries the packet back to where it came from.
    const source = placeOf(host(1n));
    expect(arrived).toEqual(new Map([1, 2].map((number) => [number, source])));
  });
});
