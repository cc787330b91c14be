import type { AddressRange, Clause, DataPlaneTables, TableVerdict, WirePacket } from '@margay/policy';
import type { Judged } from './judged-packets.ts';

const FIELDS = ['peers', 'family', 'protocols', 'destinationPorts', 'sourcePorts', 'icmp'] as const;
type Field = (typeof FIELDS)[number];

/** What a run of packets has shown. */
export class Coverage {
  policies = 0;
  packets = 0;
  denied = 0;
  /** Decided, at one end, by what comes after the first tier. */
  later = 0;
  /** Both ends were asked. */
  bothEnds = 0;
  readonly families = { 4: 0, 6: 0 };
  readonly protocols = new Map<number, number>();
  /** Verdicts that would have been given elsewhere, had one clause not asked this. */
  readonly decisive = new Map<Field, number>(FIELDS.map((field) => [field, 0]));

  add(tables: DataPlaneTables, judged: readonly Judged[]): void {
    this.policies++;
    for (const { packet, egress, ingress } of judged) {
      const ends = [
        ['egress', egress],
        ['ingress', egress?.verdict === 'deny' ? null : ingress],
      ] as const;
      this.packets++;
      this.families[packet.src.family]++;
      this.protocols.set(packet.protocol, (this.protocols.get(packet.protocol) ?? 0) + 1);
      if (ends.some(([, one]) => one?.verdict === 'deny')) this.denied++;
      if (ends.some(([, one]) => (one?.entries.length ?? 0) > 1)) this.later++;
      if (ends.every(([, one]) => one !== null)) this.bothEnds++;
      const fields = new Set(
        ends.flatMap(([end, one]) => (one === null ? [] : decisiveFields(tables, packet, end, one))),
      );
      for (const field of fields) this.decisive.set(field, (this.decisive.get(field) ?? 0) + 1);
    }
  }

  /** What is missing; empty: enough. */
  missing(packets: number): string[] {
    const { denied, later } = this;
    const share = (count: number) => count / Math.max(1, this.packets);
    return [
      ...(this.packets < packets ? [`${this.packets} packets of ${packets}`] : []),
      ...(share(denied) < 0.3 ? [`denied: ${percent(share(denied))} of 30%`] : []),
      ...(share(later) < 0.2 ? [`decided beyond the first tier: ${percent(share(later))} of 20%`] : []),
      ...[...this.decisive]
        .filter(([, count]) => count < 20)
        .map(([field, count]) => `${field} decisive: ${count} of 20`),
    ];
  }

  toString(): string {
    const share = (count: number) => `${count} (${percent(count / Math.max(1, this.packets))})`;
    const rows: [string, string | number][] = [
      ['policies', this.policies],
      ['packets', this.packets],
      ['denied', share(this.denied)],
      ['decided beyond the first tier', share(this.later)],
      ['governed at both ends', share(this.bothEnds)],
      ['IPv4', share(this.families[4])],
      ['IPv6', share(this.families[6])],
      ...[...this.protocols]
        .filter(([, count]) => count > this.packets / 100)
        .sort(([a], [b]) => a - b)
        .map(([one, count]): [string, string] => [`protocol ${one}`, share(count)]),
      ...[...this.decisive].map(([field, count]): [string, number] => [`${field} decisive`, count]),
    ];
    return rows.map(([what, count]) => `${what.padEnd(32)}${count}`).join('\n');
  }
}

const percent = (share: number) => `${Math.round(share * 100)}%`;

/** Fields by which alone some clause did not match that would else have decided earlier. */
function decisiveFields(
  tables: DataPlaneTables,
  packet: WirePacket,
  direction: 'egress' | 'ingress',
  { entries }: TableVerdict,
): Field[] {
  const [own, peer] = direction === 'egress' ? [packet.src, packet.dst] : [packet.dst, packet.src];
  const endpoint = tables.endpoints.find(({ address }) => address.family === own.family && address.first === own.first);
  const set = tables.policySets.get(endpoint?.[direction] ?? '');
  const fields: Field[] = [];
  for (const [place, { clauses }] of (set?.tiers ?? []).entries()) {
    if (place >= entries.length) break;
    for (const clause of clauses) {
      const missed = missedFields(tables, clause, packet, peer);
      if (missed.length === 0) break;
      const [only] = missed;
      if (missed.length === 1 && only !== undefined) fields.push(only);
    }
  }
  return fields;
}

function missedFields(
  { addressSets }: DataPlaneTables,
  clause: Clause,
  packet: WirePacket,
  peer: AddressRange,
): Field[] {
  const { protocol, icmp, srcPort, dstPort } = packet;
  const within = (ranges: readonly { first: number; last: number }[], value: number) =>
    ranges.some(({ first, last }) => first <= value && value <= last);
  const meets = (condition: Clause['icmp'], value: number | null) =>
    condition === null || (value === null ? condition.orNone : within(condition.ranges, value));
  const met: Record<Field, boolean> = {
    peers:
      clause.peers === null ||
      (addressSets.get(clause.peers) ?? []).some(
        ({ family, first, last }) => family === peer.family && first <= peer.first && peer.first <= last,
      ),
    family: clause.family === null || clause.family === peer.family,
    protocols: clause.protocols === null || within(clause.protocols, protocol),
    destinationPorts: meets(clause.destinationPorts, dstPort),
    sourcePorts: meets(clause.sourcePorts, srcPort),
    icmp: meets(clause.icmp, icmp === null ? null : (icmp.type << 8) | icmp.code),
  };
  return FIELDS.filter((field) => !met[field]);
}
