import {
  type AddressRange,
  createClassifier,
  type DataPlaneTables,
  evaluate,
  type Manifests,
  parseManifests,
  rangeEnd,
  type TableVerdict,
  viewOf,
  type WirePacket,
  walkTables,
} from '@margay/policy';
import fc from 'fast-check';
import { OUTSIDE } from '../../../packages/policy/test/connectivity-judge.ts';
import { randomManifests } from '../../../packages/policy/test/random-manifests.ts';
import { PORTED } from './frames.ts';
import { rarePolicies } from './rare-policies.ts';

/** What must become of a packet at each end; null: no policy governs that end. */
export interface Judged {
  readonly packet: WirePacket;
  readonly egress: TableVerdict | null;
  readonly ingress: TableVerdict | null;
}
/** A random cluster with its policies, and packets to send through it. */
export interface PacketCase {
  readonly tables: DataPlaneTables;
  readonly judged: readonly Judged[];
}

/** Numbers from 0 up to, not with, `below`. */
export type Random = (below: number) => number;

const CANDIDATES = 12;
const PORTS = [80, 8080, 53, 80, 8080, 53, 1, 52, 54, 78, 79, 81, 82, 7999, 8000, 9000, 9001, 65_535];
const SOURCE_PORTS = [53, 80, 8000, 40_000, 8080, 79, 9000];
const ICMP = [8, 0, 8, 1, 128, 0, 128, 0, 0, 0, 3, 1, 13, 0];
const PROTOCOLS = [6, 6, 6, 17, 17, 132, 1, 1, 58, 47, 136, 50, 255];
/** What a node takes for an error of the sender, and never forwards. */
const UNROUTABLE = [0n, 0x7f_ff_ff_ffn, 0xff_ff_ff_ffn];
const OUTSIDERS = OUTSIDE.filter(({ first }) => !UNROUTABLE.includes(first));

/** Cases without end. */
export function* packetCases(seed: number, packetsEach: number): Generator<PacketCase> {
  const random = mulberry32(seed);
  for (;;) {
    const [objects] = fc.sample(fc.tuple(randomManifests(), rarePolicies()), { numRuns: 1, seed: random(2 ** 31) });
    const manifests = parseManifests([{ file: 'm.json', text: JSON.stringify(objects?.flat()) }], {
      mode: 'strict',
      assumeMissing: random(2) === 0,
    });
    const { cluster, policies, problems } = manifests;
    const left = problems.filter(({ severity }) => severity !== 'warning');
    if (left.length > 0) throw new Error(`left out: ${JSON.stringify(left)}`);
    const tables = createClassifier(cluster, [viewOf(policies.enforced)]).tables(cluster.pods);
    if (tables.endpoints.length > 0) yield { tables, judged: choose(manifests, tables, random, packetsEach) };
  }
}

/** Of every dozen the one of which least has been seen, so that rare rules are met as often as plain ends of tiers. */
function choose(manifests: Manifests, tables: DataPlaneTables, random: Random, count: number): Judged[] {
  const seen = new Map<string, number>();
  const used = new Set<string>();
  const judged: Judged[] = [];
  for (let left = count; left > 0; left--) {
    let best: { one: Judged; key: string; times: number } | null = null;
    for (let tries = CANDIDATES; tries > 0; tries--) {
      const packet = randomPacket(tables, random);
      if (packet === null || used.has(tupleOf(packet)) || used.has(tupleOf(reversed(packet)))) continue;
      const one = judge(tables, packet);
      const key = JSON.stringify([one.egress?.entries, one.ingress?.entries]);
      const times = seen.get(key) ?? 0;
      if (best === null || times < best.times) best = { one, key, times };
    }
    if (best === null) continue;
    seen.set(best.key, best.times + 1);
    used.add(tupleOf(best.one.packet));
    assertEvaluated(manifests, best.one);
    judged.push(best.one);
  }
  return judged;
}

function judge(tables: DataPlaneTables, packet: WirePacket): Judged {
  return { packet, egress: walkTables(tables, packet, 'egress'), ingress: walkTables(tables, packet, 'ingress') };
}

/** The tables are the evaluator's word: else it would be theirs alone that the kernel is held to. */
function assertEvaluated({ cluster, policies }: Manifests, { packet, egress, ingress }: Judged): void {
  const [src, dst] = [packet.src, packet.dst].map((range) => rangeEnd(cluster, range));
  if (src === undefined || dst === undefined) return;
  const said = evaluate(cluster, policies, { ...packet, family: packet.src.family, src, dst });
  for (const [found, told] of [
    [egress, said.egress],
    [ingress, said.ingress],
  ] as const)
    if (
      JSON.stringify([found?.verdict, found?.entries]) !==
      JSON.stringify([told?.enforced.verdict, told?.enforced.entries])
    )
      throw new Error(`the tables differ from evaluate: ${JSON.stringify([found, told?.enforced])}`);
}

function randomPacket({ endpoints }: DataPlaneTables, random: Random): WirePacket | null {
  const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)];
  const governed = pick(endpoints)?.address;
  const other = pick<AddressRange>(random(2) === 0 ? OUTSIDERS : endpoints.map(({ address }) => address));
  if (governed === undefined || other === undefined) return null;
  if (governed.family !== other.family || governed.first === other.first) return null;
  const [src, dst] = random(2) === 0 ? [governed, other] : [other, governed];
  const protocol = pick(PROTOCOLS) ?? 6;
  const hasPorts = PORTED.includes(protocol);
  const isIcmp = protocol === 1 || protocol === 58;
  const at = random(ICMP.length / 2) * 2;
  return {
    src,
    dst,
    protocol,
    srcPort: hasPorts ? (pick(SOURCE_PORTS) ?? null) : null,
    dstPort: hasPorts ? (pick(PORTS) ?? null) : null,
    icmp: isIcmp ? { type: ICMP[at] ?? 0, code: ICMP[at + 1] ?? 0 } : null,
  };
}

/** What connection tracking knows a packet by: the second of a tuple would be no beginning. */
const tupleOf = ({ src, dst, protocol, srcPort, dstPort, icmp }: WirePacket) =>
  [src.family, src.first, dst.first, protocol, srcPort, dstPort, icmp?.type, icmp?.code].join();

const reversed = (packet: WirePacket): WirePacket => ({
  ...packet,
  ...{ src: packet.dst, dst: packet.src, srcPort: packet.dstPort, dstPort: packet.srcPort },
});

function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
