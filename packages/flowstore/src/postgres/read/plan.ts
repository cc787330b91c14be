import type { ResolutionSeconds } from '@margay/model';
import type { TimeRange } from '../../contract.ts';

/** Times in epoch ms. Each level is complete from its horizon on; raw rows also hold everything that arrived since `rolledToMs`. */
export interface Horizons {
  readonly rolledToMs: number;
  readonly rawMs: number;
  readonly minuteMs: number;
  readonly hourMs: number;
}

/** A stretch of event time and the level it is read from. */
export interface Segment extends TimeRange {
  readonly level: ResolutionSeconds;
}

const SECONDS_5 = 5_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const floorTo = (ms: number, step: number) => Math.floor(ms / step) * step;
const ceilTo = (ms: number, step: number) => Math.ceil(ms / step) * step;

/** Longer ranges are answered in whole hours: nobody looks at the minutes of a day's ends, and those are most of its rows. */
const FINE_MAX_MS = 6 * HOUR;

/** What an answer about `range` covers: the range itself, or where that is over six hours the whole hours around it. */
export function coveredRange({ fromMs, toMs }: TimeRange): TimeRange {
  if (toMs - fromMs <= FINE_MAX_MS) return { fromMs, toMs };
  return { fromMs: floorTo(fromMs, HOUR), toMs: ceilTo(toMs, HOUR) };
}

/**
 * Splits `range` into disjoint segments that cover it: whole hours from the hour level, whole minutes of the ragged ends from the minute level, the rest from raw rows.
 * An end that a level no longer holds is widened to the next coarser step, outwards; what is before every level is left out.
 */
export function planSegments(range: TimeRange, horizons: Horizons): Segment[] {
  const fromMs = widenStart(Math.max(range.fromMs, horizons.hourMs), horizons);
  const toMs = widenEnd(range.toMs, horizons);
  const segments = cut({ fromMs, toMs }, HOUR, 3600).flatMap((hours) =>
    hours.level === 3600 ? [hours] : cut(hours, MINUTE, 60),
  );
  return segments.filter((segment) => segment.fromMs < segment.toMs);
}

function widenStart(ms: number, { rawMs, minuteMs }: Horizons): number {
  const fine = floorTo(ms, SECONDS_5);
  const minute = fine >= rawMs ? fine : floorTo(fine, MINUTE);
  return minute >= minuteMs ? minute : floorTo(minute, HOUR);
}

function widenEnd(ms: number, { rawMs, minuteMs }: Horizons): number {
  const fine = ceilTo(ms, SECONDS_5);
  const minute = floorTo(fine, MINUTE) >= rawMs ? fine : ceilTo(fine, MINUTE);
  return floorTo(minute, HOUR) >= minuteMs ? minute : ceilTo(minute, HOUR);
}

/** The whole steps of `range` at `level`, and what is left at its ends at the finest. */
function cut({ fromMs, toMs }: TimeRange, step: number, level: ResolutionSeconds): Segment[] {
  const first = ceilTo(fromMs, step);
  const last = floorTo(toMs, step);
  if (first >= last) return [{ level: 5, fromMs, toMs }];
  return [
    { level: 5, fromMs, toMs: first },
    { level, fromMs: first, toMs: last },
    { level: 5, fromMs: last, toMs },
  ];
}

/** The finest level that holds all of `range` and does not make more than about a thousand buckets of it. */
export function chooseLevel(range: TimeRange, { rawMs, minuteMs }: Horizons): ResolutionSeconds {
  const length = range.toMs - range.fromMs;
  if (length <= HOUR && range.fromMs >= rawMs) return 5;
  if (length <= 24 * HOUR && range.fromMs >= minuteMs) return 60;
  return 3600;
}
