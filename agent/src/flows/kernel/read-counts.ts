import { COUNTS, KEY, type MapBatch } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { decodeKey, initiatorOf, u64 } from './connection-key.ts';

/** Turns CLOCK_MONOTONIC nanoseconds into epoch milliseconds. */
export type ToEpochMs = (monotonicNs: number) => number;

/** Decodes a batch of a window map (struct margay_key → struct margay_counts) into samples, appended to `samples`. */
export function readCounts(batch: MapBatch, toEpochMs: ToEpochMs, samples: ConnectionSample[]): void {
  const { keys, values } = batch;
  for (let i = 0; i < batch.count; i++) {
    const at = i * COUNTS.bytes;
    const unanswered = values[at + COUNTS.answered] === 0 && values[at + COUNTS.unanswered] === 1;
    samples.push({
      ...decodeKey(keys, i * KEY.bytes),
      initiator: initiatorOf(values[at + COUNTS.initiator]),
      bytesOut: u64(values, at + COUNTS.octets),
      packetsOut: u64(values, at + COUNTS.packets),
      bytesIn: u64(values, at + COUNTS.octets + 8),
      packetsIn: u64(values, at + COUNTS.packets + 8),
      started: values.readUInt32LE(at + COUNTS.started),
      completed: values.readUInt32LE(at + COUNTS.completed),
      outcome: unanswered ? 'unanswered' : 'answered',
      firstSeenMs: toEpochMs(u64(values, at + COUNTS.first_ns)),
      lastSeenMs: toEpochMs(u64(values, at + COUNTS.last_ns)),
    });
  }
}
