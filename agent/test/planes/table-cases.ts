import type { AddressRange, Clause, DataPlaneTables, EndpointTable, NumberRange, WirePacket } from '@margay/policy';
import fc from 'fast-check';
import { PORTED } from './frames.ts';
import { chooseJudged, type PacketCase, type Random, randomFrom } from './judged-packets.ts';
import { arbitraryPlaneState } from './random-states.ts';

const HOSTS = [1n, 2n, 3n];
const FIRST = { 4: 0x0a_00_00_00n, 6: 0x20_01_0d_b8n << 96n } as const;
const COMMON = [...PORTED, 1, 58, 47];
/** Headers of IPv6 itself: what comes after them is the protocol. */
const EXTENSIONS = [0, 43, 44, 50, 51, 59, 60, 135, 139, 140];

/** Random tables, without end: what no policy compiles to today, but a clause may say. */
export function* tableCases(seed: number, packetsEach: number): Generator<PacketCase> {
  const random = randomFrom(seed);
  for (;;) {
    const [state] = fc.sample(arbitraryPlaneState, { numRuns: 1, seed: random(2 ** 31) });
    const sets = [...(state?.policySets.values() ?? [])];
    const of = (direction: string) => sets.filter((set) => set.direction === direction).map(({ id }) => id);
    const [egress, ingress] = [of('egress'), of('ingress')];
    if (state === undefined || egress.length === 0 || ingress.length === 0) continue;
    const endpoints = HOSTS.flatMap((host) =>
      ([4, 6] as const).map((family): EndpointTable => {
        const address = { family, first: FIRST[family] + host, last: FIRST[family] + host };
        const [out, into] = [egress, ingress].map((ids) => ids[random(ids.length)] ?? '');
        return { namespace: 'n', name: `p${host}`, address, egress: out ?? '', ingress: into ?? '' };
      }),
    );
    const tables = { addressSets: state.addressSets, policySets: state.policySets, endpoints };
    yield { tables, judged: chooseJudged(tables, () => aimedPacket(tables, random), packetsEach) };
  }
}

/** Meets most of what some clause asks. */
function aimedPacket({ addressSets, policySets, endpoints }: DataPlaneTables, random: Random): WirePacket | null {
  const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)];
  const number = (ranges: readonly NumberRange[] | undefined, below: number): number => {
    const range = random(5) === 0 ? undefined : pick(ranges ?? []);
    return range === undefined ? random(below) : ([range.first, range.last][random(2)] ?? 0);
  };
  const endpoint = pick(endpoints);
  if (endpoint === undefined) return null;
  const direction = random(2) === 0 ? 'egress' : 'ingress';
  const clause: Clause | undefined = pick(policySets.get(endpoint[direction])?.tiers ?? [])?.clauses[random(4)];
  const { family } = endpoint.address;
  const aimed = (addressSets.get(clause?.peers ?? '') ?? []).filter((range) => range.family === family);
  const peers: AddressRange[] = random(4) === 0 ? endpoints.map(({ address }) => address) : aimed;
  const peer = pick(peers);
  if (peer === undefined || peer.family !== family || peer.first === endpoint.address.first) return null;
  // The last of a range may be no address that a node forwards to.
  const far = { family, first: peer.first, last: peer.first };
  const protocol = random(2) === 0 ? number(clause?.protocols ?? undefined, 256) : (pick(COMMON) ?? 6);
  if (family === 6 && EXTENSIONS.includes(protocol)) return null;
  const hasPorts = PORTED.includes(protocol);
  const icmp = number(clause?.icmp?.ranges, 65_536);
  return {
    src: direction === 'egress' ? endpoint.address : far,
    dst: direction === 'egress' ? far : endpoint.address,
    protocol,
    srcPort: hasPorts ? number(clause?.sourcePorts?.ranges, 65_536) : null,
    dstPort: hasPorts ? number(clause?.destinationPorts?.ranges, 65_536) : null,
    icmp: protocol === 1 || protocol === 58 ? { type: icmp >> 8, code: icmp & 255 } : null,
  };
}
