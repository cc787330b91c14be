/** A stretch of time as the URL has it: `?last=15m`, or `?from=…&to=…` in epoch milliseconds. */
export type Range =
  | { readonly kind: 'last'; readonly minutes: number }
  | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number };

export const LASTS = [
  { minutes: 5, text: '5m', label: 'Last 5 min' },
  { minutes: 15, text: '15m', label: 'Last 15 min' },
  { minutes: 60, text: '1h', label: 'Last 1 h' },
  { minutes: 360, text: '6h', label: 'Last 6 h' },
  { minutes: 1440, text: '24h', label: 'Last 24 h' },
  { minutes: 10_080, text: '7d', label: 'Last 7 d' },
] as const;

export const DEFAULT_RANGE: Range = { kind: 'last', minutes: 15 };
const MAX_MS = 30 * 86_400_000;
const UNIT_MINUTES = { m: 1, h: 60, d: 1440 } as const;

/** Reads a range from search parameters; what makes no sense is the default. */
export function rangeFrom(
  { last, from, to }: { last: string | null; from: number | null; to: number | null },
  fallback: Range = DEFAULT_RANGE,
): Range {
  if (from !== null && to !== null && from >= 0 && to > from)
    return { kind: 'fixed', fromMs: Math.max(from, to - MAX_MS), toMs: to };
  const match = /^(\d{1,5})([mhd])$/.exec(last ?? '');
  if (!match) return fallback;
  const minutes = Number(match[1]) * UNIT_MINUTES[match[2] as keyof typeof UNIT_MINUTES];
  return minutes > 0 ? { kind: 'last', minutes: Math.min(minutes, MAX_MS / 60_000) } : fallback;
}

/** Inverse of {@link rangeFrom}; nulls leave the URL. */
export function rangeParams(
  range: Range,
  fallback: Range = DEFAULT_RANGE,
): { last: string | null; from: number | null; to: number | null } {
  if (range.kind === 'fixed') return { last: null, from: range.fromMs, to: range.toMs };
  if (fallback.kind === 'last' && range.minutes === fallback.minutes) return { last: null, from: null, to: null };
  return { last: lastText(range.minutes), from: null, to: null };
}

function lastText(minutes: number): string {
  if (minutes % 1440 === 0) return minutes === 1440 ? '24h' : `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** Half-open bounds in epoch milliseconds; "last" ends at `nowMs`. */
export function boundsOf(range: Range, nowMs: number): { fromMs: number; toMs: number } {
  if (range.kind === 'fixed') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - range.minutes * 60_000, toMs: nowMs };
}

/** "Last 15 min", or nothing for fixed bounds, which are written as times. */
export function lastLabel(range: Range): string | null {
  if (range.kind === 'fixed') return null;
  return LASTS.find((each) => each.minutes === range.minutes)?.label ?? `Last ${lastText(range.minutes)}`;
}

/** Moves by its own length, back (−1) or forward (1), never past the present, where it becomes "last" again. */
export function shiftRange(range: Range, direction: -1 | 1, nowMs: number): Range {
  const { fromMs, toMs } = boundsOf(range, nowMs);
  const length = toMs - fromMs;
  const to = toMs + direction * length;
  if (to >= nowMs) return { kind: 'last', minutes: Math.max(1, Math.round(length / 60_000)) };
  return { kind: 'fixed', fromMs: to - length, toMs: to };
}

/** Search parameters of a range, for links to another page with the same time. */
export function rangeQuery(range: Range): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rangeParams(range)).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}
