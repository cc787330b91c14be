import type { ParsedPort } from './parsed-policy.ts';
import { asRecord } from './record.ts';

/** Protocols that a NetworkPolicy can name. Source: Kubernetes API reference, NetworkPolicyPort. */
const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

const isPortNumber = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;

/** Reads one port entry: protocol defaults to TCP, no port means all of the protocol, `endPort` makes a range. Null where it cannot be understood. */
export function parsePort(value: unknown): ParsedPort | null {
  const record = asRecord(value);
  if (record === null) return null;
  const name = record.protocol ?? 'TCP';
  const protocol =
    typeof name === 'string' && Object.hasOwn(PROTOCOL_NUMBERS, name) ? PROTOCOL_NUMBERS[name] : undefined;
  if (protocol === undefined) return null;
  const port = record.port ?? null;
  const endPort = record.endPort ?? null;
  if (port === null) return endPort === null ? { protocol, match: { kind: 'any' } } : null;
  if (typeof port === 'string')
    return endPort === null && port !== '' ? { protocol, match: { kind: 'named', name: port } } : null;
  if (!isPortNumber(port)) return null;
  if (endPort === null) return { protocol, match: { kind: 'range', from: port, to: port } };
  return isPortNumber(endPort) && endPort >= port
    ? { protocol, match: { kind: 'range', from: port, to: endPort } }
    : null;
}
