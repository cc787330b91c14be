import type { PortMatch, Rule, Side } from '../model/policy.ts';
import {
  type Intervals,
  intersectIntervals,
  interval,
  pairsOf,
  subtractIntervals,
  unionIntervals,
} from '../sets/intervals.ts';
import type { CompiledClause } from './clause.ts';
import { type EndValues, NO_VALUES } from './end-values.ts';
import type { Role } from './peer-condition.ts';
import type { Clause, IcmpCondition, NumberRange, PortCondition } from './tables.ts';

/** The address set of a clause's other end, and what port names and Service mean for all in it. */
export interface PeerSet {
  /** Null: anybody. */
  readonly name: string | null;
  readonly values: EndValues;
}

const PROTOCOLS = interval(0, 256);
const ICMP = unionIntervals(interval(1, 2), interval(58, 59));
const NUMBERS = interval(0, 65_536);

/**
 * A clause without negations and names. It comes apart by protocol where a name means one port in TCP and another in UDP; nothing is left of one that
 * no packet can match.
 */
export function expandClause({ rule, direction, action, own, hit }: CompiledClause, peers: PeerSet): Clause[] {
  const icmp = icmpCondition(rule);
  if (icmp === 'never') return [];
  const values = {
    source: direction === 'egress' ? own : peers.values,
    destination: direction === 'egress' ? peers.values : own,
  };
  return divideProtocols(protocolsOf(rule), values).flatMap(({ protocols, one }): Clause[] => {
    const destinationPorts = portCondition(rule, 'destination', { values: values.destination, protocol: one });
    const sourcePorts = portCondition(rule, 'source', { values: values.source, protocol: one });
    if (destinationPorts === 'never' || sourcePorts === 'never') return [];
    const ranges = protocols.length === PROTOCOLS.length && protocols[1] === 256 ? null : rangesOf(protocols);
    const conditions = { family: rule.family, protocols: ranges, destinationPorts, sourcePorts, icmp };
    return [{ peers: peers.name, ...conditions, action, hit }];
  });
}

function protocolsOf({ protocol, notProtocol, icmp }: Rule): Intervals {
  const named = protocol === null ? PROTOCOLS : interval(protocol, protocol + 1);
  const left = notProtocol === null ? named : subtractIntervals(named, interval(notProtocol, notProtocol + 1));
  return icmp === null ? left : intersectIntervals(left, ICMP);
}

/** Each protocol that some value speaks of by itself, and all others together. */
function divideProtocols(protocols: Intervals, values: Readonly<Record<Role, EndValues>>) {
  const spoken = new Set(
    [values.source, values.destination]
      .flatMap(({ ports, notPorts, service }) => [...ports, ...notPorts, ...(service ?? [])])
      .map(({ protocol }) => protocol),
  );
  const parts: { protocols: Intervals; one: number | null }[] = [];
  let rest = protocols;
  for (const one of [...spoken].sort((a, b) => a - b)) {
    const part = intersectIntervals(protocols, interval(one, one + 1));
    if (part.length > 0) parts.push({ protocols: part, one });
    rest = subtractIntervals(rest, interval(one, one + 1));
  }
  if (rest.length > 0) parts.push({ protocols: rest, one: null });
  return parts;
}

function portCondition(
  rule: Rule,
  role: Role,
  { values, protocol }: { values: EndValues; protocol: number | null },
): PortCondition | null | 'never' {
  const { ports, notPorts } = rule[role] satisfies Side;
  const { service } = values;
  if (ports === null && notPorts === null && service === null) return null;
  const points = (list: EndValues['ports']) => list.filter((one) => one.protocol === protocol).map(({ port }) => port);
  let left = ports === null ? NUMBERS : numbersOf(ports, points(values.ports));
  let orNone = ports === null;
  if (notPorts !== null) left = subtractIntervals(left, numbersOf(notPorts, points(values.notPorts)));
  if (service !== null) {
    const own = service.filter((one) => one.protocol === protocol).map(({ port }) => port);
    orNone &&= own.includes(null);
    if (!own.includes(null))
      left = intersectIntervals(left, union(own.map((port) => interval(port ?? 0, (port ?? 0) + 1))));
  }
  if (left.length === 0 && !orNone) return 'never';
  return orNone && left.length === 2 && left[0] === 0 && left[1] === 65_536 ? null : { ranges: rangesOf(left), orNone };
}

const numbersOf = ({ ranges }: PortMatch, points: readonly number[]) =>
  union([
    ...ranges.map(({ first, last }) => interval(first, last + 1)),
    ...points.map((port) => interval(port, port + 1)),
  ]);

const union = (parts: readonly Intervals[]) => parts.reduce((all, part) => unionIntervals(all, part), [] as Intervals);

function icmpCondition({ icmp, notIcmp }: Rule): IcmpCondition | null | 'never' {
  if (icmp === null && notIcmp === null) return null;
  const wanted = icmp === null ? NUMBERS : icmpNumbers(icmp);
  const left = notIcmp === null ? wanted : subtractIntervals(wanted, icmpNumbers(notIcmp));
  return left.length === 0 ? 'never' : { ranges: rangesOf(left), orNone: icmp === null };
}

const icmpNumbers = ({ type, code }: { type: number; code: number | null }) =>
  code === null ? interval(type << 8, (type + 1) << 8) : interval((type << 8) | code, ((type << 8) | code) + 1);

const rangesOf = (set: Intervals): NumberRange[] => pairsOf(set).map(([from, end]) => ({ first: from, last: end - 1 }));

export const ANYBODY: PeerSet = { name: null, values: NO_VALUES };
