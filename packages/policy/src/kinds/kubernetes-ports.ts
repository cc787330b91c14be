import type { PortMatch } from '../model/policy.ts';
import { compareBytes } from '../order/compare-bytes.ts';
import { at, describe, isAbsent, type Place, readInteger, readObject, readOneOf, refuse } from '../parse/place.ts';

export const PROTOCOL_NUMBERS = { TCP: 6, UDP: 17, SCTP: 132 } as const;
export type ProtocolName = keyof typeof PROTOCOL_NUMBERS;
export const PROTOCOL_NAMES = Object.keys(PROTOCOL_NUMBERS) as ProtocolName[];
/** Source: RFC 6335 section 5.1, as Kubernetes has it. */
const PORT_NAME = /^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/;

/** One port entry: a protocol (null: whichever the pod declares), and all its ports, some, or a named one. */
export interface PortEntry {
  readonly protocol: ProtocolName | null;
  readonly match: 'all' | { readonly first: number; readonly last: number } | string;
}

/** The entries of one protocol put together; `ports` null: all of them. */
export interface PortGroup {
  readonly protocol: ProtocolName | null;
  readonly ports: PortMatch | null;
}

/** An entry of networking.k8s.io/v1: protocol defaults to TCP, no port means all of the protocol, `endPort` makes a range. */
export function readNetworkPolicyPort(value: unknown, place: Place): PortEntry | null {
  const fields = readObject(value, place, ['protocol', 'port', 'endPort']);
  if (fields === null) return null;
  const protocol = readOneOf(fields.protocol ?? 'TCP', at(place, 'protocol'), PROTOCOL_NAMES);
  const { port, endPort } = fields;
  if (isAbsent(port)) {
    if (!isAbsent(endPort)) return refuse(at(place, 'endPort'), 'endPort without port', 'port: the first of the range');
    return protocol === null ? null : { protocol, match: 'all' };
  }
  if (typeof port === 'string') {
    const name = readPortName(port, at(place, 'port'));
    if (!isAbsent(endPort)) return refuse(at(place, 'endPort'), 'endPort beside a port name', 'a number as port');
    return protocol === null || name === null ? null : { protocol, match: name };
  }
  const first = readInteger(port, at(place, 'port'), 1, 65_535);
  const last = isAbsent(endPort) ? first : readInteger(endPort, at(place, 'endPort'), 1, 65_535);
  if (protocol === null || first === null || last === null) return null;
  if (last < first) return refuse(at(place, 'endPort'), `${last} is below port ${first}`, `${first} or above`);
  return { protocol, match: { first, last } };
}

export function readPortName(value: string, place: Place): string | null {
  return PORT_NAME.test(value)
    ? value
    : refuse(place, `${describe(value)} is no port name`, 'a number, or at most 15 of a-z, 0-9 and - with a letter');
}

/** Groups in the order of Calico's conversion: without protocol first, then by protocol name. All ports of a protocol win over listed ones. */
export function groupPorts(entries: readonly PortEntry[]): PortGroup[] {
  const groups = new Map<string, PortEntry[]>();
  for (const entry of entries) {
    const key = entry.protocol ?? '';
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([, group]) => ({ protocol: group[0]?.protocol ?? null, ports: mergeEntries(group) }));
}

function mergeEntries(entries: readonly PortEntry[]): PortMatch | null {
  const ranges: { first: number; last: number }[] = [];
  const names = new Set<string>();
  for (const { match } of entries) {
    if (match === 'all') return null;
    if (typeof match === 'string') names.add(match);
    else ranges.push({ ...match });
  }
  return { ranges: mergeRanges(ranges), names: [...names] };
}

function mergeRanges(ranges: { first: number; last: number }[]): { first: number; last: number }[] {
  const merged: { first: number; last: number }[] = [];
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous !== undefined && range.first <= previous.last + 1) previous.last = Math.max(previous.last, range.last);
    else merged.push(range);
  }
  return merged;
}
