import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coveredRange, type Horizons, planSegments } from '../src/postgres/read/plan.ts';

const HOUR = 3_600_000;
const NOW = 1_700_000_000_000 - (1_700_000_000_000 % HOUR) + 1_835_000;
const all: Horizons = { rolledToMs: NOW, rawMs: 0, minuteMs: 0, hourMs: 0 };
const at = (text: string) => Date.parse(`2026-03-01T${text}Z`);
const show = (ms: number) => new Date(ms).toISOString().slice(11, 19);

test('whole hours from 1 h, ragged ends from minutes and raw', () => {
  const segments = planSegments({ fromMs: at('10:07:12'), toMs: at('13:30:31') }, all);
  expect(segments.map((s) => `${s.level} ${show(s.fromMs)}-${show(s.toMs)}`)).toEqual([
    '5 10:07:10-10:08:00',
    '60 10:08:00-11:00:00',
    '3600 11:00:00-13:00:00',
    '60 13:00:00-13:30:00',
    '5 13:30:00-13:30:35',
  ]);
});

test('a range of over six hours is answered in whole hours', () => {
  const range = { fromMs: at('10:07:12'), toMs: at('16:07:12') };
  expect(coveredRange(range)).toEqual(range);
  expect(coveredRange({ ...range, toMs: range.toMs + 1 })).toEqual({ fromMs: at('10:00:00'), toMs: at('17:00:00') });
});

test('an end that a level no longer holds is widened outwards', () => {
  const horizons = { ...all, rawMs: at('13:00:00'), minuteMs: at('11:00:00') };
  const segments = planSegments({ fromMs: at('10:07:12'), toMs: at('12:30:31') }, horizons);
  expect(segments.map((s) => `${s.level} ${show(s.fromMs)}-${show(s.toMs)}`)).toEqual([
    '3600 10:00:00-12:00:00',
    '60 12:00:00-12:31:00',
  ]);
});

test('segments are disjoint, whole, contain the range, and each level holds its own', () => {
  const times = fc.integer({ min: NOW - 40 * 24 * HOUR, max: NOW + HOUR });
  const horizons = fc
    .tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 3, max: 40 }), fc.integer({ min: 2, max: 31 }))
    .map(([minutes, hours, days]) => ({
      rolledToMs: NOW,
      rawMs: Math.floor(NOW / 60_000 - minutes) * 60_000,
      minuteMs: Math.floor(NOW / HOUR - hours) * HOUR,
      hourMs: Math.floor(NOW / (24 * HOUR) - days) * 24 * HOUR,
    }));
  fc.assert(
    fc.property(times, times, horizons, (a, b, held) => {
      const range = { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
      const segments = planSegments(range, held);
      const from = Math.max(range.fromMs, held.hourMs);
      if (from >= range.toMs) return;
      expect(segments[0]!.fromMs).toBeLessThanOrEqual(from);
      expect(segments.at(-1)!.toMs).toBeGreaterThanOrEqual(range.toMs);
      for (const [i, { level, fromMs, toMs }] of segments.entries()) {
        expect(fromMs % (level * 1000)).toBe(0);
        expect(toMs % (level * 1000)).toBe(0);
        expect(toMs).toBeGreaterThan(fromMs);
        if (i > 0) expect(fromMs).toBe(segments[i - 1]!.toMs);
        expect(fromMs).toBeGreaterThanOrEqual(level === 5 ? held.rawMs : level === 60 ? held.minuteMs : 0);
      }
    }),
  );
});
