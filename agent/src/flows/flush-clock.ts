import { WINDOW_SECONDS } from '@margay/model';

const FLUSH_MS_MIN = 250;

export interface FlushClock {
  setFlush(flushMs: number): void;
  lease(lease: { flushMs: number; untilMs: number }): void;
  isDue(nowMs: number): boolean;
  nextMs(nowMs: number): number;
  flushed(nowMs: number): void;
}

/** When to close windows: on a grid of the wall clock, so that windows of all nodes cover the same 5 s; more often while a lease runs. */
export function flushClock(): FlushClock {
  let flushMs = WINDOW_SECONDS * 1_000;
  let lease = { flushMs, untilMs: 0 };
  let lastMs = 0;
  const every = (nowMs: number) => (nowMs < lease.untilMs ? Math.min(flushMs, lease.flushMs) : flushMs);
  const nextMs = (nowMs: number) => {
    const step = every(nowMs);
    // A clock that was set back must not stop the flushes.
    const last = lastMs > nowMs + step ? nowMs : lastMs;
    return (Math.floor(last / step) + 1) * step;
  };
  return {
    setFlush: (ms) => {
      flushMs = Math.max(FLUSH_MS_MIN, ms);
    },
    lease: (next) => {
      lease = { flushMs: Math.max(FLUSH_MS_MIN, next.flushMs), untilMs: next.untilMs };
    },
    nextMs,
    isDue: (nowMs) => nowMs >= nextMs(nowMs),
    flushed: (nowMs) => {
      lastMs = nowMs;
    },
  };
}
