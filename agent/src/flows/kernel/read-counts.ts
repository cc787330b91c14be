import { COUNTS, type MapBatch } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import { emptySample, initiatorOf, u64 } from './connection-key.ts';

/** Turns CLOCK_MONOTONIC nanoseconds into epoch milliseconds. */
export type ToEpochMs = (monotonicNs: number) => number;

const WORDS = COUNTS.bytes / 4;
const word = (offset: number) => offset / 4;
const OCTETS = word(COUNTS.octets);
const PACKETS = word(COUNTS.packets);
const FIRST = word(COUNTS.first_ns);
const LAST = word(COUNTS.last_ns);
const STARTED = word(COUNTS.started);
const COMPLETED = word(COUNTS.completed);
const { bytes: BYTES, initiator: INITIATOR, answered: ANSWERED, unanswered: UNANSWERED } = COUNTS;

/** Decodes a batch of a window map (struct margay_key → struct margay_counts) into samples, appended to `samples`. */
export function readCounts(batch: MapBatch, toEpochMs: ToEpochMs, samples: ConnectionSample[]): void {
  const { values, valueWords } = batch;
  for (let i = 0; i < batch.count; i++) {
    const at = i * WORDS;
    const byte = i * BYTES;
    const sample = emptySample(batch, i);
    sample.initiator = initiatorOf(values[byte + INITIATOR]);
    sample.bytesOut = u64(valueWords, at + OCTETS);
    sample.bytesIn = u64(valueWords, at + OCTETS + 2);
    sample.packetsOut = u64(valueWords, at + PACKETS);
    sample.packetsIn = u64(valueWords, at + PACKETS + 2);
    sample.started = valueWords[at + STARTED] ?? 0;
    sample.completed = valueWords[at + COMPLETED] ?? 0;
    if (values[byte + ANSWERED] === 0 && values[byte + UNANSWERED] === 1) sample.outcome = 'unanswered';
    sample.firstSeenMs = toEpochMs(u64(valueWords, at + FIRST));
    sample.lastSeenMs = toEpochMs(u64(valueWords, at + LAST));
    samples.push(sample);
  }
}
