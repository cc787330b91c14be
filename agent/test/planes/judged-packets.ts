import { type DataPlaneTables, type TableVerdict, type WirePacket, walkTables } from '@margay/policy';

/** What must become of a packet at each end; null: no policy governs that end. */
export interface Judged {
  readonly packet: WirePacket;
  readonly egress: TableVerdict | null;
  readonly ingress: TableVerdict | null;
}
/** Tables, and packets to send to a plane that holds them. */
export interface PacketCase {
  readonly tables: DataPlaneTables;
  readonly judged: readonly Judged[];
}

/** Numbers from 0 up to, not with, `below`. */
export type Random = (below: number) => number;

const CANDIDATES = 12;

/**
 * So many packets as `next` gives, of every dozen the one of which least has been seen, so that rare rules are met as often as plain ends of tiers.
 * `next` gives null for one that cannot be sent.
 */
export function chooseJudged(tables: DataPlaneTables, next: () => WirePacket | null, count: number): Judged[] {
  const seen = new Map<string, number>();
  const used = new Set<string>();
  const judged: Judged[] = [];
  for (let left = count; left > 0; left--) {
    let best: { one: Judged; key: string; times: number } | null = null;
    for (let tries = CANDIDATES; tries > 0; tries--) {
      const packet = next();
      if (packet === null || used.has(tupleOf(packet)) || used.has(tupleOf(reversed(packet)))) continue;
      const one = judge(tables, packet);
      const key = JSON.stringify([one.egress?.entries, one.ingress?.entries]);
      const times = seen.get(key) ?? 0;
      if (best === null || times < best.times) best = { one, key, times };
    }
    if (best === null) continue;
    seen.set(best.key, best.times + 1);
    used.add(tupleOf(best.one.packet));
    judged.push(best.one);
  }
  return judged;
}

function judge(tables: DataPlaneTables, packet: WirePacket): Judged {
  return { packet, egress: walkTables(tables, packet, 'egress'), ingress: walkTables(tables, packet, 'ingress') };
}

/** What connection tracking knows a packet by: the second of a tuple would be no beginning. */
const tupleOf = ({ src, dst, protocol, srcPort, dstPort, icmp }: WirePacket) =>
  [src.family, src.first, dst.first, protocol, srcPort, dstPort, icmp?.type, icmp?.code].join();

const reversed = (packet: WirePacket): WirePacket => ({
  ...packet,
  src: packet.dst,
  dst: packet.src,
  srcPort: packet.dstPort,
  dstPort: packet.srcPort,
});

/** The same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
