import { expect, it } from 'vitest';
import { BackOff } from './back-off.ts';

it('waits longer with every end in a row, ten seconds at most, and begins anew after a minute of life', () => {
  let nowMs = 5_000;
  const backOff = new BackOff(() => nowMs);
  const endAfter = (ms: number) => {
    backOff.started();
    nowMs += ms;
    return backOff.ended();
  };
  expect([1, 2, 3, 4, 5, 6].map(() => endAfter(900))).toEqual([500, 1_000, 2_000, 5_000, 10_000, 10_000]);
  expect(backOff.ends).toBe(6);
  expect(endAfter(60_000)).toBe(500);
  expect(endAfter(59_999)).toBe(1_000);
});
