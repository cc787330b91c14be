import { describe, expect, it } from 'vitest';
import { flushClock } from './flush-clock.ts';

describe('flushClock', () => {
  it('flushes on the grid of five seconds', () => {
    const clock = flushClock();
    clock.flushed(1_003_700);
    expect(clock.nextMs(1_003_700)).toBe(1_005_000);
    expect([clock.isDue(1_004_999), clock.isDue(1_005_000)]).toEqual([false, true]);
  });

  it('flushes more often while a lease runs, and not after', () => {
    const clock = flushClock();
    clock.flushed(1_000_000);
    clock.lease({ flushMs: 500, untilMs: 1_002_000 });
    expect(clock.nextMs(1_000_001)).toBe(1_000_500);
    clock.flushed(1_002_000);
    expect(clock.nextMs(1_002_000)).toBe(1_005_000);
  });

  it('takes no wish for a storm', () => {
    const clock = flushClock();
    clock.flushed(1_000_000);
    clock.lease({ flushMs: 1, untilMs: 2_000_000 });
    expect(clock.nextMs(1_000_000)).toBe(1_000_250);
  });

  it('goes on when the clock was set back an hour', () => {
    const clock = flushClock();
    clock.flushed(10_000_000);
    expect(clock.nextMs(6_400_000) - 6_400_000).toBeLessThanOrEqual(5_000);
  });
});
