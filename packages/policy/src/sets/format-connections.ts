import {
  ALL_CONNECTIONS,
  ALL_PORTS,
  type ConnectionSet,
  equalConnections,
  isNoConnection,
  planeOf,
} from './connection-set.ts';
import {
  equalIntervals,
  type Intervals,
  intersectIntervals,
  interval,
  pairsOf,
  subtractIntervals,
} from './intervals.ts';
import { equalPlanes, type Plane } from './plane.ts';

/** What "all" means in the text: `ports` speaks of TCP, UDP and SCTP only, as np-guard does; `protocols` of everything IP carries. */
export type Vocabulary = 'ports' | 'protocols';

const PORTED = [
  ['SCTP', 132],
  ['TCP', 6],
  ['UDP', 17],
] as const;
const TYPED = [
  ['ICMP', 1],
  ['ICMPv6', 58],
] as const;
const NAMED = [['UDPLite', 136]] as const;

/**
 * A set as np-guard prints it: `All Connections`, `No Connections`, `TCP 80,443,8080-8090,UDP 53` (protocols by name, ports ascending).
 * Beyond np-guard: `TCP 80 from 1024-65535` where the source port matters, and with `protocols` also `ICMP 8/0`, `ICMPv6`, `UDPLite`, `protocol 47,50-51`.
 */
export function formatConnections(set: ConnectionSet, vocabulary: Vocabulary = 'ports'): string {
  if (isAll(set, vocabulary)) return 'All Connections';
  const parts = PORTED.flatMap(([name, number]) => formatPorts(name, planeOf(set, number)));
  if (vocabulary === 'protocols') {
    parts.push(...TYPED.flatMap(([name, number]) => formatTypes(name, number, set)));
    parts.push(...formatOthers(set.others));
  }
  return parts.length === 0 ? 'No Connections' : parts.join(',');
}

/** Whether the text of a set would be `No Connections`. */
export function isSilent(set: ConnectionSet, vocabulary: Vocabulary): boolean {
  return vocabulary === 'protocols'
    ? isNoConnection(set)
    : PORTED.every(([, number]) => planeOf(set, number).length === 0);
}

function isAll(set: ConnectionSet, vocabulary: Vocabulary): boolean {
  if (vocabulary === 'protocols') return equalConnections(set, ALL_CONNECTIONS);
  return PORTED.every(([, number]) => equalPlanes(planeOf(set, number), planeOf(ALL_CONNECTIONS, number)));
}

const formatNumbers = (set: Intervals) =>
  pairsOf(set)
    .map(([from, end]) => (end - from === 1 ? `${from}` : `${from}-${end - 1}`))
    .join(',');

function formatPorts(name: string, plane: Plane): string[] {
  return plane.map(({ from, end, cells }) => {
    const sources = interval(from, end);
    const origin = equalIntervals(sources, ALL_PORTS) ? '' : ` from ${formatNumbers(sources)}`;
    return `${name} ${formatNumbers(cells)}${origin}`;
  });
}

/** `ICMP` for all of it, else type/codes for each type that is not whole. */
function formatTypes(name: string, number: number, set: ConnectionSet): string[] {
  const plane = planeOf(set, number);
  if (equalPlanes(plane, planeOf(ALL_CONNECTIONS, number))) return [name];
  return plane.map(({ from, end, cells }) => {
    const codes = equalIntervals(cells, [0, 256]) ? '' : `/${formatNumbers(cells)}`;
    return `${name} ${formatNumbers(interval(from, end))}${codes}`;
  });
}

function formatOthers(others: Intervals): string[] {
  const numbers = NAMED.reduce<Intervals>((rest, [, number]) => subtractIntervals(rest, [number, number + 1]), others);
  const names = NAMED.filter(([, number]) => intersectIntervals(others, [number, number + 1]).length > 0);
  return [...names.map(([name]) => name), ...(numbers.length === 0 ? [] : [`protocol ${formatNumbers(numbers)}`])];
}
