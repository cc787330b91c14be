import type { PortMatch } from '../model/policy.ts';
import { describe, isAbsent, type Place, readEach, readList, refuse } from '../parse/place.ts';

const PORTS_MAX = 50;
const ALLOWED = 'a number, "first:last" or a port name';
/** Source: Calico API types (numorstring). */
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const RANGE = /^(\d{1,5}):(\d{1,5})$/;

type Entry = { readonly first: number; readonly last: number } | string;

/** `ports` or `notPorts`; 'absent' where there is none. */
export function readCalicoPorts(value: unknown, place: Place): PortMatch | 'absent' | null {
  if (isAbsent(value)) return 'absent';
  const list = readList(value, place, PORTS_MAX);
  if (list === null) return null;
  const entries = readEach(list, place, readEntry);
  if (entries === null) return null;
  if (entries.length === 0) return 'absent';
  const ranges = entries.filter((entry) => typeof entry !== 'string');
  return { ranges, names: [...new Set(entries.filter((entry) => typeof entry === 'string'))] };
}

function readEntry(value: unknown, place: Place): Entry | null {
  if (typeof value === 'number') return readRange(value, value, place);
  if (typeof value !== 'string') return refuse(place, `${describe(value)} is no port`, ALLOWED);
  if (/^\d+$/.test(value)) return readRange(Number(value), Number(value), place);
  const range = RANGE.exec(value);
  if (range !== null) return readRange(Number(range[1]), Number(range[2]), place);
  return NAME.test(value) ? value : refuse(place, `${describe(value)} is no port`, ALLOWED);
}

function readRange(first: number, last: number, place: Place): Entry | null {
  const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (!isPort(first) || !isPort(last)) return refuse(place, 'a port is out of range', '1 to 65535');
  return first <= last ? { first, last } : refuse(place, `${last} is below ${first}`, '"first:last", ascending');
}

/** A rule's protocol decides which ports it may list. Source: Calico's validation. */
export function checkPorts(
  ports: PortMatch | 'absent' | null,
  protocol: number | null,
  hasProtocol: boolean,
  place: Place,
): boolean {
  if (ports === 'absent' || ports === null) return ports !== null;
  if (protocol === 6 || protocol === 17 || protocol === 132) return true;
  if (hasProtocol) return refuse(place, 'ports beside a protocol that has none', 'protocol TCP, UDP or SCTP') !== null;
  if (ports.ranges.length === 0) return true;
  return refuse(place, 'port numbers without a protocol', 'protocol TCP, UDP or SCTP, or port names only') !== null;
}

export const portsOf = (ports: PortMatch | 'absent' | null) => (ports === 'absent' ? null : ports);
