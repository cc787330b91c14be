import {
  equalIntervals,
  holdsValue,
  type Intervals,
  intersectIntervals,
  interval,
  subtractIntervals,
  unionIntervals,
} from './intervals.ts';
import {
  equalPlanes,
  holdsPair,
  intersectPlanes,
  type Plane,
  rectangle,
  subtractPlanes,
  unionPlanes,
} from './plane.ts';

/** Protocols of which a rule can name more than the number. IANA protocol numbers. */
const TCP = 6;
const UDP = 17;
const SCTP = 132;
const ICMP = 1;
const ICMPV6 = 58;
const PORT_PROTOCOLS: readonly number[] = [TCP, UDP, SCTP];
const ICMP_PROTOCOLS: readonly number[] = [ICMP, ICMPV6];
const PLANAR = [...ICMP_PROTOCOLS, ...PORT_PROTOCOLS] as const;

/** Ports 1 … 65535: 0 is reserved (IANA) and no policy can name it. */
export const ALL_PORTS: Intervals = [1, 65_536];
const ALL_OCTETS: Intervals = [0, 256];

/**
 * A set of connections between two given ends, exact: TCP, UDP and SCTP by (source port, destination port), ICMP and ICMPv6 by (type, code),
 * any other protocol by its number. Canonical and never changed: equal sets have equal parts.
 */
export interface ConnectionSet {
  /** Parallel to `1, 58, 6, 17, 132`. */
  readonly planes: readonly Plane[];
  /** Protocol numbers besides those. */
  readonly others: Intervals;
}

/** One connection. `source` and `target` are ports, or the ICMP type and code; 0 where the protocol has neither. */
export interface ConnectionPoint {
  readonly protocol: number;
  readonly source: number;
  readonly target: number;
}

const space = (protocol: number): Intervals => (PORT_PROTOCOLS.includes(protocol) ? ALL_PORTS : ALL_OCTETS);
const OTHER_PROTOCOLS: Intervals = PLANAR.reduce<Intervals>(
  (rest, protocol) => subtractIntervals(rest, interval<number>(protocol, protocol + 1)),
  ALL_OCTETS,
);

export const NO_CONNECTIONS: ConnectionSet = { planes: PLANAR.map(() => []), others: [] };
export const ALL_CONNECTIONS: ConnectionSet = {
  planes: PLANAR.map((protocol) => rectangle(space(protocol), space(protocol))),
  others: OTHER_PROTOCOLS,
};

/** Everything of the protocols in `numbers` (a set over 0 … 255). */
export function connectionsOfProtocols(numbers: Intervals): ConnectionSet {
  return {
    planes: PLANAR.map((protocol, place) =>
      holdsValue(numbers, protocol) ? (ALL_CONNECTIONS.planes[place] ?? []) : [],
    ),
    others: intersectIntervals(numbers, OTHER_PROTOCOLS),
  };
}

/**
 * The part of one protocol given by `sources` × `targets`: ports of TCP (6), UDP (17), SCTP (132), or types × codes of ICMP (1), ICMPv6 (58).
 * Any other protocol has neither and gives the empty set.
 */
export function connectionsOf(protocol: number, sources: Intervals, targets: Intervals): ConnectionSet {
  const all = space(protocol);
  const part = rectangle(intersectIntervals(sources, all), intersectIntervals(targets, all));
  return { planes: PLANAR.map((one) => (one === protocol ? part : [])), others: [] };
}

function combine(
  a: ConnectionSet,
  b: ConnectionSet,
  planes: (a: Plane, b: Plane) => Plane,
  others: (a: Intervals, b: Intervals) => Intervals,
): ConnectionSet {
  return {
    planes: PLANAR.map((_, place) => planes(a.planes[place] ?? [], b.planes[place] ?? [])),
    others: others(a.others, b.others),
  };
}

export function unionConnections(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  return combine(a, b, unionPlanes, unionIntervals);
}

export function intersectConnections(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  return combine(a, b, intersectPlanes, intersectIntervals);
}

export function subtractConnections(a: ConnectionSet, b: ConnectionSet): ConnectionSet {
  return combine(a, b, subtractPlanes, subtractIntervals);
}

export function equalConnections(a: ConnectionSet, b: ConnectionSet): boolean {
  return (
    a.planes.every((plane, place) => equalPlanes(plane, b.planes[place] ?? [])) && equalIntervals(a.others, b.others)
  );
}

export function isNoConnection(set: ConnectionSet): boolean {
  return set.others.length === 0 && set.planes.every((plane) => plane.length === 0);
}

/** Whether every connection of `inner` is one of `outer`. */
export function containsConnections(outer: ConnectionSet, inner: ConnectionSet): boolean {
  return isNoConnection(subtractConnections(inner, outer));
}

/** Whether the connection is one of the set. */
export function holdsConnection(set: ConnectionSet, { protocol, source, target }: ConnectionPoint): boolean {
  const place = PLANAR.indexOf(protocol as (typeof PLANAR)[number]);
  return place < 0 ? holdsValue(set.others, protocol) : holdsPair(set.planes[place] ?? [], source, target);
}

/** The part of one protocol that has ports, or types and codes. */
export function planeOf(set: ConnectionSet, protocol: number): Plane {
  return set.planes[PLANAR.indexOf(protocol as (typeof PLANAR)[number])] ?? [];
}

/** Equal for equal sets only: a key for maps. */
export function connectionKey(set: ConnectionSet): string {
  const planes = set.planes.map((plane) =>
    plane.map(({ from, end, cells }) => `${from}-${end}:${cells.join(',')}`).join('/'),
  );
  return `${planes.join(';')};${set.others.join(',')}`;
}
