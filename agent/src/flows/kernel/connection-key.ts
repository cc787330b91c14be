import { addressText, ENUMS, KEY } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';

export type Initiator = ConnectionSample['initiator'];

/** The part of a sample that the map's key tells. */
export type ConnectionIdentity = Pick<
  ConnectionSample,
  'interfaceIndex' | 'localAddress' | 'remoteAddress' | 'protocol' | 'localPort' | 'remotePort'
>;

const ICMP = 1;
const ICMPV6 = 58;
const CACHE_MAX = 65_536;
const texts = new Map<number, string>();

/** Decodes `struct margay_key` at `offset`. For ICMP both ports are type << 8 | code; the echo identifier stays in the key. */
export function decodeKey(keys: Buffer, offset: number): ConnectionIdentity {
  const family = keys[offset + KEY.family] === 4 ? 4 : 6;
  const protocol = keys[offset + KEY.protocol] ?? 0;
  const localPort = keys.readUInt16BE(offset + KEY.local_port);
  const portless = protocol === (family === 4 ? ICMP : ICMPV6);
  return {
    interfaceIndex: keys.readUInt32LE(offset + KEY.ifindex),
    localAddress: textOf(keys, offset + KEY.local, family),
    remoteAddress: textOf(keys, offset + KEY.remote, family),
    protocol,
    localPort,
    remotePort: portless ? localPort : keys.readUInt16BE(offset + KEY.remote_port),
  };
}

/** Same addresses come up in every window: IPv4 texts are kept, IPv6 ones are made anew. */
function textOf(bytes: Buffer, offset: number, family: 4 | 6): string {
  if (family === 6) return addressText(bytes, offset, 6);
  const number = bytes.readUInt32BE(offset);
  const known = texts.get(number);
  if (known !== undefined) return known;
  const text = addressText(bytes, offset, 4);
  if (texts.size >= CACHE_MAX) texts.clear();
  texts.set(number, text);
  return text;
}

export function initiatorOf(byte: number | undefined): Initiator {
  if (byte === ENUMS.MARGAY_LOCAL) return 'local';
  return byte === ENUMS.MARGAY_REMOTE ? 'remote' : 'unknown';
}

const TWO_32 = 2 ** 32;

/** A u64 as a number: exact below 2^53, and beyond that (104 days in nanoseconds) to 2 ns. */
export function u64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset + 4) * TWO_32 + bytes.readUInt32LE(offset);
}
