import { describe, expect, it } from 'vitest';
import { boundsOf, DEFAULT_RANGE, rangeFrom, rangeParams, shiftRange } from './range.ts';

const none = { last: null, from: null, to: null };

describe('range in the URL', () => {
  it('goes there and back', () => {
    for (const range of [
      DEFAULT_RANGE,
      { kind: 'last', minutes: 60 },
      { kind: 'last', minutes: 1440 },
      { kind: 'last', minutes: 10_080 },
      { kind: 'last', minutes: 7 },
      { kind: 'fixed', fromMs: 1_000, toMs: 61_000 },
    ] as const)
      expect(rangeFrom(rangeParams(range))).toEqual(range);
  });
  it('takes nonsense as the default', () => {
    for (const last of ['', '0m', '-5m', '9x', 'constructor'])
      expect(rangeFrom({ ...none, last })).toEqual(DEFAULT_RANGE);
    expect(rangeFrom({ last: null, from: 10, to: 5 })).toEqual(DEFAULT_RANGE);
  });
  it('is at most 30 days', () => {
    expect(boundsOf(rangeFrom({ ...none, last: '999d' }), 1e12)).toEqual({
      fromMs: 1e12 - 30 * 86_400_000,
      toMs: 1e12,
    });
  });
});

it('moves in time and comes back to the present', () => {
  const back = shiftRange({ kind: 'last', minutes: 15 }, -1, 3_600_000);
  expect(back).toEqual({ kind: 'fixed', fromMs: 1_800_000, toMs: 2_700_000 });
  expect(shiftRange(back, 1, 3_600_000)).toEqual({ kind: 'last', minutes: 15 });
});
