import type { AddressRange } from '../address/address-range.ts';
import type { TraceEntry } from '../model/evaluation.ts';
import type { Direction } from '../model/policy.ts';
import type { Header } from './header-rows.ts';
import type { Clause, DataPlaneTables, IcmpCondition, NumberRange, PolicySetTable, PortCondition } from './tables.ts';

/** A packet as a data plane sees it: addresses and numbers. */
export interface WirePacket extends Omit<Header, 'family'> {
  readonly src: AddressRange;
  readonly dst: AddressRange;
}
export interface TableVerdict {
  readonly verdict: 'allow' | 'deny';
  readonly entries: readonly TraceEntry[];
}

/**
 * What data planes must do with a packet, by the tables alone: the plain reading of them, for comparing planes with. Null: no endpoint has the address of
 * that end.
 */
export function walkTables(tables: DataPlaneTables, packet: WirePacket, direction: Direction): TableVerdict | null {
  const [own, peer] = direction === 'egress' ? [packet.src, packet.dst] : [packet.dst, packet.src];
  const endpoint = tables.endpoints.find(({ address }) => address.family === own.family && address.first === own.first);
  const set = endpoint === undefined ? undefined : tables.policySets.get(endpoint[direction]);
  return set === undefined ? null : walkSet(set, (clause) => matchesClause(tables, clause, { packet, peer }));
}

function walkSet({ tiers, closing }: PolicySetTable, matches: (clause: Clause) => boolean): TableVerdict {
  const entries: TraceEntry[] = [];
  for (const { clauses, end } of tiers) {
    const { hit, action } = clauses.find(matches) ?? end;
    entries.push(hit);
    if (action !== 'pass') return { verdict: action, entries };
  }
  return { verdict: closing.action, entries: closing.hit === null ? entries : [...entries, closing.hit] };
}

function matchesClause(
  { addressSets }: DataPlaneTables,
  clause: Clause,
  { packet, peer }: { packet: WirePacket; peer: AddressRange },
): boolean {
  const { protocol, icmp, srcPort, dstPort } = packet;
  if (clause.family !== null && clause.family !== peer.family) return false;
  if (clause.peers !== null && !(addressSets.get(clause.peers) ?? []).some((range) => holds(range, peer))) return false;
  if (clause.protocols !== null && !isIn(clause.protocols, protocol)) return false;
  const type = icmp === null || (protocol !== 1 && protocol !== 58) ? null : (icmp.type << 8) | icmp.code;
  return meets(clause.destinationPorts, dstPort) && meets(clause.sourcePorts, srcPort) && meets(clause.icmp, type);
}

const holds = (outer: AddressRange, { family, first, last }: AddressRange) =>
  outer.family === family && outer.first <= first && last <= outer.last;

const isIn = (ranges: readonly NumberRange[], value: number) =>
  ranges.some(({ first, last }) => first <= value && value <= last);

const meets = (condition: PortCondition | IcmpCondition | null, value: number | null) =>
  condition === null || (value === null ? condition.orNone : isIn(condition.ranges, value));
