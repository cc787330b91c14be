import { WINDOW_SECONDS } from '@margay/model';
import type { FlowAck, FlowBatch } from '@margay/wire';

/** Longest retention: older facts have no place to go. */
const OLDEST_MS = 30 * 86_400_000;
/** A node's clock is corrected, so an event can lie ahead of its arrival by little: what the tolerance leaves, and the way through the network. */
export const AHEAD_MS = 10_000;
/** Below this, received − sent is the way through the network, not the clock. */
const CLOCK_TOLERANCE_MS = 2_000;

/** First and last seen are stored as ms from the window's start in 32 bits, less room for the clock's correction. */
const OFFSET_MAX_MS = 2 ** 31 - 10_000;

export type RowTest = ((row: number) => boolean) | null;
export type Refused = FlowAck['refused'][number];

export interface Admission {
  /** Added to every event time of the batch. */
  readonly offsetMs: number;
  /** Rows that may be stored, in order; null stands for all. */
  readonly rows: Uint32Array | null;
  readonly count: number;
  readonly refused: readonly Refused[];
  /** Rows that were not refused but name peers beyond the cluster's quota, with the times of their events by the sender's clock; null where there is none. */
  readonly surplus: { readonly rows: number; readonly sinceMs: number; readonly untilMs: number } | null;
  /** Of the admitted rows, corrected; null where there is none. */
  readonly firstSeenMs: number | null;
  readonly lastSeenMs: number | null;
}

/**
 * Corrects the sender's clock by received − sent, and decides which rows have a place in time: not older than the longest retention, not in the future.
 * `names` tells rows that are invalid for another reason, and those that name peers beyond the quota.
 */
export function admitRows(
  { head, columns }: FlowBatch,
  receivedAtMs: number,
  names: { readonly collided?: RowTest; readonly surplus?: RowTest } = {},
): Admission {
  const skewMs = Math.round(receivedAtMs - head.sentAtMs);
  const offsetMs = Math.abs(skewMs) > CLOCK_TOLERANCE_MS ? skewMs : 0;
  const oldestMs = receivedAtMs - OLDEST_MS - offsetMs;
  const newestMs = receivedAtMs + AHEAD_MS - offsetMs;

  const { rows, windowStart, firstSeenMs, lastSeenMs } = columns;
  const counts = { 'too-old': 0, 'in-future': 0, invalid: 0 };
  const admitted = new Uint32Array(rows);
  let count = 0;
  const surplus = { rows: 0, sinceMs: Number.POSITIVE_INFINITY, untilMs: 0 };
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let row = 0; row < rows; row++) {
    const windowMs = (windowStart[row] ?? 0) * 1000;
    const firstMs = firstSeenMs[row] ?? 0;
    const lastMs = lastSeenMs[row] ?? 0;
    if (windowMs + WINDOW_SECONDS * 1000 <= oldestMs || firstMs < oldestMs) counts['too-old']++;
    else if (windowMs > newestMs || lastMs > newestMs) counts['in-future']++;
    else if (names.collided?.(row) || firstMs < windowMs - OFFSET_MAX_MS || lastMs > windowMs + OFFSET_MAX_MS)
      counts.invalid++;
    else if (names.surplus?.(row)) {
      surplus.rows++;
      surplus.sinceMs = Math.min(surplus.sinceMs, firstMs);
      surplus.untilMs = Math.max(surplus.untilMs, lastMs);
    } else {
      admitted[count++] = row;
      if (firstMs < first) first = firstMs;
      if (lastMs > last) last = lastMs;
    }
  }
  return {
    offsetMs,
    rows: count === rows ? null : admitted.subarray(0, count),
    count,
    refused: (Object.keys(counts) as Refused['reason'][]).flatMap((reason) =>
      counts[reason] > 0 ? [{ reason, rows: counts[reason] }] : [],
    ),
    surplus: surplus.rows > 0 ? surplus : null,
    firstSeenMs: count > 0 ? first + offsetMs : null,
    lastSeenMs: count > 0 ? last + offsetMs : null,
  };
}
