import { ENUMS, KEY, type MapBatch } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { cachedAddress } from './address-cache.ts';

export type Initiator = ConnectionSample['initiator'];
type Writable<T> = { -readonly [name in keyof T]: T[name] };

const ICMP = 1;
const ICMPV6 = 58;
const TWO_32 = 2 ** 32;
const KEY_WORDS = KEY.bytes / 4;
const LOCAL_WORD = KEY.local / 4;
const REMOTE_WORD = KEY.remote / 4;
const { bytes: KEY_BYTES, family: FAMILY, protocol: PROTOCOL, local_port: LOCAL_PORT, remote_port: REMOTE_PORT } = KEY;
const { MARGAY_LOCAL: LOCAL, MARGAY_REMOTE: REMOTE } = ENUMS;

/**
 * A sample of the connection whose key is entry `i` of a batch; counts are 0, for the caller to fill in. For ICMP both
 * ports are type << 8 | code; the echo identifier stays in the key.
 */
export function emptySample(batch: MapBatch, i: number): Writable<ConnectionSample> {
  const { keys, keyWords } = batch;
  const at = i * KEY_BYTES;
  const word = i * KEY_WORDS;
  const family = keys[at + FAMILY] === 4 ? 4 : 6;
  const protocol = keys[at + PROTOCOL] ?? 0;
  const localPort = portAt(keys, at + LOCAL_PORT);
  const portless = protocol === (family === 4 ? ICMP : ICMPV6);
  return {
    interfaceIndex: keyWords[word] ?? 0,
    localAddress: cachedAddress(keyWords, word + LOCAL_WORD, family),
    remoteAddress: cachedAddress(keyWords, word + REMOTE_WORD, family),
    protocol,
    localPort,
    remotePort: portless ? localPort : portAt(keys, at + REMOTE_PORT),
    initiator: 'unknown',
    bytesOut: 0,
    packetsOut: 0,
    bytesIn: 0,
    packetsIn: 0,
    started: 0,
    completed: 0,
    outcome: 'answered',
    firstSeenMs: 0,
    lastSeenMs: 0,
  };
}

export function initiatorOf(byte: number | undefined): Initiator {
  if (byte === LOCAL) return 'local';
  return byte === REMOTE ? 'remote' : 'unknown';
}

/** A u64 in two words as a number: exact below 2^53, and beyond that (104 days in nanoseconds) to 2 ns. */
export function u64(words: Uint32Array, at: number): number {
  return (words[at + 1] ?? 0) * TWO_32 + (words[at] ?? 0);
}

function portAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
