export interface TimelinePoint {
  readonly startMs: number;
  readonly connections: number;
  readonly denied: number;
  readonly bytes: number;
  readonly lost: number;
}

/** Ticks at round clock times: at most `count` of them, evenly spaced, within the bounds. */
export function timeTicks(fromMs: number, toMs: number, count: number, zoneOffsetMinutes: number): number[] {
  const step = STEPS_MS.find((each) => (toMs - fromMs) / each <= count) ?? STEPS_MS[STEPS_MS.length - 1] ?? 86_400_000;
  const shift = zoneOffsetMinutes * 60_000;
  const first = Math.ceil((fromMs - shift) / step) * step + shift;
  const ticks: number[] = [];
  for (let at = first; at <= toMs; at += step) ticks.push(at);
  return ticks;
}

const MINUTE = 60_000;
const STEPS_MS = [
  5_000,
  15_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  120 * MINUTE,
  240 * MINUTE,
  360 * MINUTE,
  720 * MINUTE,
  1440 * MINUTE,
  2880 * MINUTE,
  7200 * MINUTE,
];

/** The top of a zero-based axis: the next 1, 2 or 5 times a power of ten, and never below 4. */
export function niceMax(highest: number): number {
  const least = Math.max(4, highest);
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((each) => each * power >= least) ?? 10) * power;
}

/** Stretches of neighbouring points that satisfy `test`, as indices [first, last]. */
export function runsOf<T>(items: readonly T[], test: (item: T) => boolean): [number, number][] {
  const runs: [number, number][] = [];
  items.forEach((item, index) => {
    if (!test(item)) return;
    const open = runs.at(-1);
    if (open && open[1] === index - 1) open[1] = index;
    else runs.push([index, index]);
  });
  return runs;
}
