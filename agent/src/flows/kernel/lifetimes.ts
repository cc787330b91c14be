import { CONN, ENUMS, KEY, type MapBatch } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { decodeKey, initiatorOf, u64 } from './connection-key.ts';
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
  /** One side has closed; the other may still send for long. */
  halfClosed: 600 * SECOND_NS,
  established: 24 * 3600 * SECOND_NS,
  /** As `established`, while the table is nearly full. */
  establishedUnderPressure: 2 * 3600 * SECOND_NS,
  udp: 60 * SECOND_NS,
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
  readonly expired: Buffer[];
  /** Entries seen. */
  count: number;
}

/**
 * Looks at a batch of the connection table. Deadlines are a partition of time, so a deadline is reported in exactly one
 * window, also when a window is read again after a crash. Reports openings that stayed unanswered for MARGAY_HOLD_MS
 * with what was held back, and connections that fell silent as completed.
 */
export function readLifetimes(batch: MapBatch, scan: Scan, toEpochMs: ToEpochMs, found: Lifetimes): void {
  found.count += batch.count;
  for (let i = 0; i < batch.count; i++) {
    const at = i * CONN.bytes;
    const { values, keys } = batch;
    const firstNs = u64(values, at + CONN.first_ns);
    const lastNs = u64(values, at + CONN.last_ns);
    const answeredNs = u64(values, at + CONN.answered_ns);
    const ended = values[at + CONN.ended] === 1;
    const holdOver = firstNs + HOLD_NS;
    const held = values.readUInt32LE(at + CONN.held_packets) + values.readUInt32LE(at + CONN.held_packets + 4) > 0;
    const outcome = answeredNs === 0 ? 'unanswered' : 'answered';
    const key = i * KEY.bytes;
    const sample = (): ConnectionSample => ({
      ...decodeKey(keys, key),
      ...EMPTY,
      initiator: initiatorOf(values[at + CONN.initiator]),
      outcome,
      firstSeenMs: toEpochMs(firstNs),
      lastSeenMs: toEpochMs(lastNs),
    });
    if (held && (answeredNs === 0 || answeredNs >= holdOver) && within(holdOver, scan)) {
      found.samples.push({ ...sample(), ...heldCounts(values, at), started: 1 });
    }
    const deadline = lastNs + idleNs(keys[key + KEY.protocol] ?? 0, values, at, scan.underPressure);
    const gone = scan.isGone(keys.readUInt32LE(key + KEY.ifindex)) && holdOver < scan.fromNs;
    if (deadline >= scan.toNs && !gone) continue;
    if (!ended && (gone || scan.underPressure || deadline >= scan.fromNs)) {
      found.samples.push({ ...sample(), completed: 1 });
    }
    found.expired.push(Buffer.from(keys.subarray(key, key + KEY.bytes)));
  }
}

const EMPTY = { bytesOut: 0, packetsOut: 0, bytesIn: 0, packetsIn: 0, started: 0, completed: 0 } as const;

function within(deadline: number, scan: Scan): boolean {
  return deadline >= scan.fromNs && deadline < scan.toNs;
}

function heldCounts(values: Buffer, at: number) {
  return {
    bytesOut: values.readUInt32LE(at + CONN.held_bytes),
    bytesIn: values.readUInt32LE(at + CONN.held_bytes + 4),
    packetsOut: values.readUInt32LE(at + CONN.held_packets),
    packetsIn: values.readUInt32LE(at + CONN.held_packets + 4),
  };
}

function idleNs(protocol: number, values: Buffer, at: number, underPressure: boolean): number {
  if (protocol === UDP || protocol === UDP_LITE) return IDLE_NS.udp;
  if (protocol === ICMP || protocol === ICMPV6) return IDLE_NS.icmp;
  if (protocol !== TCP && protocol !== SCTP) return IDLE_NS.other;
  if (values[at + CONN.ended] === 1) return IDLE_NS.ended;
  if (values.readUInt32LE(at + CONN.answered_ns) + values.readUInt32LE(at + CONN.answered_ns + 4) === 0) {
    return IDLE_NS.opening;
  }
  if (values[at + CONN.fin_local] === 1 || values[at + CONN.fin_remote] === 1) return IDLE_NS.halfClosed;
  return underPressure ? IDLE_NS.establishedUnderPressure : IDLE_NS.established;
}
