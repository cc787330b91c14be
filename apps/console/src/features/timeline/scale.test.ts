import { expect, it } from 'vitest';
import { niceMax, runsOf, timeTicks } from './scale.ts';

it('puts ticks at round times of the reader’s zone', () => {
  const hour = 3_600_000;
  expect(timeTicks(0, hour, 6, 0)).toEqual([0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000]);
  // Half an hour off UTC: ticks of an hour stand at the reader's full hours.
  expect(timeTicks(0, 6 * hour, 6, 30)[0]).toBe(hour / 2);
  expect(timeTicks(1_000, 900_000, 6, 0).length).toBeLessThanOrEqual(7);
});

it('rounds the axis up, never to nothing', () => {
  expect([0, 4, 7, 63, 100, 214].map(niceMax)).toEqual([5, 5, 10, 100, 100, 500]);
});

it('joins neighbours to runs', () => {
  expect(runsOf([0, 3, 4, 0, 1], (n) => n > 0)).toEqual([
    [1, 2],
    [4, 4],
  ]);
  expect(runsOf([], () => true)).toEqual([]);
});
