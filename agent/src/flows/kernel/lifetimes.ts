import { CONN, ENUMS, KEY, type KeyPile, type MapBatch } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { emptySample, initiatorOf, u64 } from './connection-key.ts';
import type { ToEpochMs } from './read-counts.ts';

const SECOND_NS = 1e9;
const TCP = 6;
const UDP = 17;
const SCTP = 132;
const UDP_LITE = 136;
const ICMP = 1;
const ICMPV6 = 58;

/** Silence after which a connection is taken to be over, in ns. */
export const IDLE_NS = {
  /** Linux sends SYNs up to 64 s apart: an entry dropped between two would make one attempt look like several. */
  opening: 75 * SECOND_NS,
  /** After its end, for stragglers: the last ACK, a repeated FIN. */
  ended: 30 * SECOND_NS,
  /** Thousands of short connections a second must not keep new ones out. */
  endedUnderPressure: 5 * SECOND_NS,
  /** One side has closed; the other may still send for long. */
  halfClosed: 600 * SECOND_NS,
  established: 24 * 3600 * SECOND_NS,
  /** While the table is nearly full. */
  establishedUnderPressure: 2 * 3600 * SECOND_NS,
  udp: 60 * SECOND_NS,
  /** A resolver's clients leave thousands of one-packet exchanges a second. */
  udpUnderPressure: 10 * SECOND_NS,
  icmp: 30 * SECOND_NS,
  other: 600 * SECOND_NS,
} as const;

const HOLD_NS = ENUMS.MARGAY_HOLD_MS * 1e6;

/** The part of time whose deadlines this scan reports: from ≤ deadline < to, CLOCK_MONOTONIC ns. */
export interface Scan {
  readonly fromNs: number;
  readonly toNs: number;
  readonly underPressure: boolean;
  /** Whether an interface has gone: nothing will be heard of its connections any more. */
  readonly isGone: (interfaceIndex: number) => boolean;
}

/** What a scan found. */
export interface Lifetimes {
  readonly samples: ConnectionSample[];
  /** Keys to delete once the window is acknowledged. */
  readonly expired: KeyPile;
  /** Entries seen. */
  count: number;
}

const WORDS = CONN.bytes / 4;
const FIRST = CONN.first_ns / 4;
const LAST = CONN.last_ns / 4;
const ANSWERED = CONN.answered_ns / 4;
const HELD_BYTES = CONN.held_bytes / 4;
const HELD_PACKETS = CONN.held_packets / 4;

/**
 * Looks at a batch of the connection table. Deadlines are a partition of time, so a deadline is reported in exactly one
 * window, also when a window is read again after a crash. Reports openings that stayed unanswered for MARGAY_HOLD_MS
 * with what was held back, and connections that fell silent as completed.
 */
export function readLifetimes(batch: MapBatch, scan: Scan, toEpochMs: ToEpochMs, found: Lifetimes): void {
  found.count += batch.count;
  const { keys, values, keyWords, valueWords } = batch;
  for (let i = 0; i < batch.count; i++) {
    const key = i * KEY.bytes;
    const at = i * WORDS;
    const holdOver = u64(valueWords, at + FIRST) + HOLD_NS;
    if (within(holdOver, scan) && isHeldBack(valueWords, at, holdOver)) {
      found.samples.push(heldSample(batch, i, toEpochMs));
    }
    const idle = idleNs(keys[key + KEY.protocol] ?? 0, batch, i, scan.underPressure);
    const deadline = u64(valueWords, at + LAST) + idle;
    const gone = holdOver < scan.fromNs && scan.isGone(keyWords[key / 4] ?? 0);
    if (deadline >= scan.toNs && !gone) continue;
    const ended = values[i * CONN.bytes + CONN.ended] === 1;
    if (!ended && (gone || scan.underPressure || deadline >= scan.fromNs)) {
      found.samples.push({ ...baseSample(batch, i, toEpochMs), completed: 1 });
    }
    found.expired.add(keys, key);
  }
}

function within(deadline: number, scan: Scan): boolean {
  return deadline >= scan.fromNs && deadline < scan.toNs;
}

/** Whether there was an opening, and no answer in time to put it into a window by itself. */
function isHeldBack(words: Uint32Array, at: number, holdOver: number): boolean {
  const answeredNs = u64(words, at + ANSWERED);
  const packets = (words[at + HELD_PACKETS] ?? 0) + (words[at + HELD_PACKETS + 1] ?? 0);
  return packets > 0 && (answeredNs === 0 || answeredNs >= holdOver);
}

function baseSample(batch: MapBatch, i: number, toEpochMs: ToEpochMs) {
  const at = i * WORDS;
  const sample = emptySample(batch, i);
  sample.initiator = initiatorOf(batch.values[i * CONN.bytes + CONN.initiator]);
  sample.outcome = u64(batch.valueWords, at + ANSWERED) === 0 ? 'unanswered' : 'answered';
  sample.firstSeenMs = toEpochMs(u64(batch.valueWords, at + FIRST));
  sample.lastSeenMs = toEpochMs(u64(batch.valueWords, at + LAST));
  return sample;
}

function heldSample(batch: MapBatch, i: number, toEpochMs: ToEpochMs): ConnectionSample {
  const at = i * WORDS;
  const words = batch.valueWords;
  return {
    ...baseSample(batch, i, toEpochMs),
    bytesOut: words[at + HELD_BYTES] ?? 0,
    bytesIn: words[at + HELD_BYTES + 1] ?? 0,
    packetsOut: words[at + HELD_PACKETS] ?? 0,
    packetsIn: words[at + HELD_PACKETS + 1] ?? 0,
    started: 1,
  };
}

function idleNs(protocol: number, batch: MapBatch, i: number, underPressure: boolean): number {
  if (protocol === UDP || protocol === UDP_LITE) return underPressure ? IDLE_NS.udpUnderPressure : IDLE_NS.udp;
  if (protocol === ICMP || protocol === ICMPV6) return IDLE_NS.icmp;
  if (protocol !== TCP && protocol !== SCTP) return IDLE_NS.other;
  const byte = i * CONN.bytes;
  if (batch.values[byte + CONN.ended] === 1) return underPressure ? IDLE_NS.endedUnderPressure : IDLE_NS.ended;
  if (u64(batch.valueWords, i * WORDS + ANSWERED) === 0) return IDLE_NS.opening;
  if (batch.values[byte + CONN.fin_local] === 1 || batch.values[byte + CONN.fin_remote] === 1)
    return IDLE_NS.halfClosed;
  return underPressure ? IDLE_NS.establishedUnderPressure : IDLE_NS.established;
}
