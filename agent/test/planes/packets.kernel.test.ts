import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planeState } from '../../src/dataplane/plane-state.ts';
import { NftDriver } from '../../src/drivers/nft/nft-driver.ts';
import { nftCommand } from '../../src/drivers/nft/run-nft.ts';
import { traceOf } from '../../src/drivers/nft/trace-of.ts';
import { planOperations } from '../../src/sequence/plan-operations.ts';
import { Coverage } from './coverage.ts';
import type { Judged, PacketCase } from './judged-packets.ts';
import { packetCases } from './packet-cases.ts';
import { interfaceOf, placeOf, RouterNetwork } from './router-network.ts';
import { tableCases } from './table-cases.ts';
import { whyNoNamespaces } from './test-namespace.ts';

const reason = whyNoNamespaces();
if (reason) console.log(`skipped: packets through nftables: ${reason}`);
const seed = Number(process.env.MARGAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PACKETS = 12_000;
const TABLE_PACKETS = 4_000;
const PACKETS_EACH = 60;
const FRAGMENTED_EVERY = 10;
const LOG_GROUP = 7;

/** What must be seen of a packet: where it comes out, and what each end that was asked said. */
function expectedOf({ packet, egress, ingress }: Judged) {
  const asked = [
    ['egress', egress],
    ['ingress', egress?.verdict === 'deny' ? null : ingress],
  ] as const;
  const denied = asked.some(([, one]) => one?.verdict === 'deny');
  return {
    arrived: denied ? null : interfaceOf(placeOf(packet.dst)),
    said: asked.flatMap(([direction, one]) => (one === null ? [] : [{ direction, complete: true, ...one }])),
  };
}

describe.skipIf(reason)(`packets through nftables (seed ${seed})`, () => {
  let network: RouterNetwork;
  beforeAll(() => {
    network = new RouterNetwork(LOG_GROUP);
  });
  afterAll(async () => network.remove());

  const hold = async (cases: Iterable<PacketCase>, packets: number) => {
    const driver = new NftDriver({ run: nftCommand(network.router.enter), logGroup: LOG_GROUP });
    const coverage = new Coverage();
    for (const { tables, judged } of cases) {
      const state = planeState(tables, ({ address }) => interfaceOf(placeOf(address)));
      await driver.apply(planOperations(await driver.read([state]), state));
      network.forgetConnections();
      const { arrived, logged } = await network.send(
        judged.map(({ packet }, place) => ({ ...packet, fragmented: place % FRAGMENTED_EVERY === 0 })),
      );
      for (const [place, one] of judged.entries()) {
        const at = arrived.get(place + 1);
        const found = {
          arrived: at === undefined ? null : interfaceOf(at),
          said: (logged.get(place + 1) ?? []).map((prefix) => traceOf(prefix, state)),
        };
        expect({ packet: one.packet, ...found }).toEqual({ packet: one.packet, ...expectedOf(one) });
      }
      coverage.add(tables, judged);
      if (coverage.packets >= packets) break;
    }
    return coverage;
  };

  it('are let through or denied as evaluate says, by the rules it says', async () => {
    const coverage = await hold(packetCases(seed, PACKETS_EACH), PACKETS);
    console.log(`packets through nftables, seed ${seed}\n${coverage}`);
    expect(coverage.missing(PACKETS)).toEqual([]);
  });

  it('meet tables of any kind as walkTables does', async () => {
    const coverage = await hold(tableCases(seed, PACKETS_EACH), TABLE_PACKETS);
    console.log(`packets through random tables, seed ${seed}\n${coverage}`);
    expect(coverage.missing(TABLE_PACKETS)).toEqual([]);
  });
});
