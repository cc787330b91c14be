import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatCount, formatDuration, formatPercent, formatRate, plural } from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [1071, '1,071'],
    [9999, '9,999'],
    [13_140, '13.1 k'],
    [968_400, '968 k'],
    [999_700, '1 M'],
    [84_900_000, '84.9 M'],
  ])('counts %d as %s', (value, text) => expect(plain(formatCount(value))).toBe(text));

  it.each([
    [0, '0 B'],
    [60, '60 B'],
    [4_200, '4.2 kB'],
    [131_900, '132 kB'],
    [318_000_000_000, '318 GB'],
  ])('%d bytes read %s', (value, text) => expect(plain(formatBytes(value))).toBe(text));

  it.each([
    [0, 60, '0/s'],
    [48, 60, '0.8/s'],
    [2, 60, '2/min'],
    [3, 3600, '3/h'],
    [1, 86_400, '0.04/h'],
    [78_600, 60, '1.31 k/s'],
  ])('%d in %d s is %s', (count, seconds, text) => expect(plain(formatRate(count, seconds))).toBe(text));

  it('rounds no share to nothing or to all', () => {
    expect(plain(formatPercent(1, 100_000))).toBe('<1 %');
    expect(plain(formatPercent(99_999, 100_000))).toBe('99 %');
    expect(plain(formatPercent(0, 5))).toBe('0 %');
    expect(plain(formatPercent(5, 5))).toBe('100 %');
  });
});

describe('times', () => {
  const now = new Date(2026, 10, 23, 12, 0, 0).getTime();
  it('is relative up to a day, then a date', () => {
    expect(plain(formatAgo(now - 2_000, now))).toBe('2 s ago');
    expect(plain(formatAgo(now - 26 * 60_000, now))).toBe('26 min ago');
    expect(plain(formatAgo(new Date(2026, 10, 3, 9, 2).getTime(), now))).toBe('3 Nov 09:02');
    expect(plain(formatAgo(new Date(2025, 10, 3, 9, 2).getTime(), now))).toBe('3 Nov 2025 09:02');
  });
  it('names one unit', () => {
    expect(plain(formatDuration(52 * 60_000 + 10_000))).toBe('52 min');
    expect(plain(formatDuration(6 * 86_400_000))).toBe('6 d');
  });
  it('counts things', () => {
    expect(plural(1, 'pod')).toBe('1 pod');
    expect(plural(2, 'policy', 'policies')).toBe('2 policies');
  });
});
