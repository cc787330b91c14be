import {
  type AddressRange,
  createClassifier,
  type DataPlaneTables,
  evaluate,
  type Manifests,
  parseManifests,
  rangeEnd,
  viewOf,
  type WirePacket,
} from '@margay/policy';
import fc from 'fast-check';
import { OUTSIDE } from '../../../packages/policy/test/connectivity-judge.ts';
import { randomManifests } from '../../../packages/policy/test/random-manifests.ts';
import { PORTED } from './frames.ts';
import { chooseJudged, type Judged, type PacketCase, type Random, randomFrom } from './judged-packets.ts';
import { rarePolicies } from './rare-policies.ts';

const PORTS = [80, 8080, 53, 80, 8080, 53, 1, 52, 54, 78, 79, 81, 82, 7999, 8000, 9000, 9001, 65_535];
const SOURCE_PORTS = [53, 80, 8000, 40_000, 8080, 79, 9000];
const ICMP = [8, 0, 8, 1, 128, 0, 128, 0, 0, 0, 3, 1, 13, 0];
const PROTOCOLS = [6, 6, 6, 17, 17, 132, 1, 1, 58, 47, 136, 50, 255];
/** What a node takes for an error of the sender, and never forwards. */
const UNROUTABLE = [0n, 0x7f_ff_ff_ffn, 0xff_ff_ff_ffn];
const OUTSIDERS = OUTSIDE.filter(({ first }) => !UNROUTABLE.includes(first));

/** Random clusters with their policies, without end. */
export function* packetCases(seed: number, packetsEach: number): Generator<PacketCase> {
  const random = randomFrom(seed);
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
    if (tables.endpoints.length === 0) continue;
    const judged = chooseJudged(tables, () => randomPacket(tables, random), packetsEach);
    for (const one of judged) assertEvaluated(manifests, one);
    yield { tables, judged };
  }
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
