import { at, isAbsent, type Place, readInteger, readObject, readOneOf, readText, refuse } from '../parse/place.ts';
import { type PortEntry, PROTOCOL_NAMES, type ProtocolName, readPortName } from './kubernetes-ports.ts';

const first = 1;
const last = 65_535;

/** An entry of `ports` in policy.networking.k8s.io/v1alpha1: exactly one of portNumber, portRange, namedPort. */
export function readAdminPort(value: unknown, place: Place): PortEntry | null {
  const kinds = ['portNumber', 'portRange', 'namedPort'] as const;
  const fields = readObject(value, place, kinds);
  if (fields === null) return null;
  const given = kinds.filter((kind) => !isAbsent(fields[kind]));
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    return refuse(place, `${given.length} kinds of port in one entry`, `exactly one of ${kinds.join(', ')}`);
  const spot = at(place, kind);
  if (kind === 'namedPort') return readNamed(fields.namedPort, spot);
  const shape = kind === 'portNumber' ? ['protocol', 'port'] : ['protocol', 'start', 'end'];
  const entry = readObject(fields[kind], spot, shape);
  if (entry === null) return null;
  const protocol = readOneOf(entry.protocol ?? 'TCP', at(spot, 'protocol'), PROTOCOL_NAMES);
  if (kind === 'portNumber') {
    const port = readInteger(entry.port, at(spot, 'port'), first, last);
    return protocol === null || port === null ? null : { protocol, match: { first: port, last: port } };
  }
  return protocol === null ? null : readRange(entry.start, entry.end, spot, protocol);
}

/** An entry of `protocols` in v1alpha2: exactly one of tcp, udp, sctp, destinationNamedPort; the latter whatever protocol the pod declares. */
export function readProtocolEntry(value: unknown, place: Place): PortEntry | null {
  const kinds = ['tcp', 'udp', 'sctp', 'destinationNamedPort'] as const;
  const fields = readObject(value, place, kinds);
  if (fields === null) return null;
  const given = kinds.filter((kind) => !isAbsent(fields[kind]));
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    return refuse(place, `${given.length} kinds of protocol in one entry`, `exactly one of ${kinds.join(', ')}`);
  const spot = at(place, kind);
  if (kind === 'destinationNamedPort') return readNamed(fields.destinationNamedPort, spot);
  const protocol = kind.toUpperCase() as ProtocolName;
  const entry = readObject(fields[kind], spot, ['destinationPort']);
  if (entry === null) return null;
  if (isAbsent(entry.destinationPort)) return { protocol, match: 'all' };
  const portAt = at(spot, 'destinationPort');
  const port = readObject(entry.destinationPort, portAt, ['number', 'range']);
  if (port === null) return null;
  if (isAbsent(port.number) === isAbsent(port.range))
    return refuse(portAt, 'neither or both of number and range', 'exactly one of number, range');
  if (!isAbsent(port.number)) {
    const number = readInteger(port.number, at(portAt, 'number'), first, last);
    return number === null ? null : { protocol, match: { first: number, last: number } };
  }
  const range = readObject(port.range, at(portAt, 'range'), ['start', 'end']);
  return range === null ? null : readRange(range.start, range.end, at(portAt, 'range'), protocol);
}

function readNamed(value: unknown, place: Place): PortEntry | null {
  const text = readText(value, place, 'a port name');
  const name = text === null ? null : readPortName(text, place);
  return name === null ? null : { protocol: null, match: name };
}

function readRange(start: unknown, end: unknown, place: Place, protocol: ProtocolName): PortEntry | null {
  const from = readInteger(start, at(place, 'start'), first, last);
  const to = readInteger(end, at(place, 'end'), first, last);
  if (from === null || to === null) return null;
  return from <= to
    ? { protocol, match: { first: from, last: to } }
    : refuse(at(place, 'end'), `${to} is below start ${from}`, `${from} or above`);
}
