import { describe, expect, it } from 'vitest';
import { FillForecast } from './fill-forecast.ts';

const MAX = 131_072;

/** A table as scans find it every five seconds, while `arriving` connections come between two and are over at once. */
function run(arriving: number, { keptScans, keptUnderPressure }: { keptScans: number; keptUnderPressure: number }) {
  const forecast = new FillForecast(MAX);
  let ages: number[] = [];
  let isFilling = false;
  let most = 0;
  for (let scan = 0; scan < 40; scan++) {
    ages = [arriving, ...ages];
    const count = ages.reduce((sum, one) => sum + one, 0);
    most = Math.max(most, count);
    const kept = ages.slice(0, isFilling ? keptUnderPressure : keptScans);
    isFilling = forecast.isFilling(count, count - kept.reduce((sum, one) => sum + one, 0));
    ages = kept;
  }
  return most;
}

describe('FillForecast', () => {
  it.each([5_000, 15_000, 30_000, 40_000])('leaves room where %d connections come between two scans', (arriving) => {
    expect(run(arriving, { keptScans: 6, keptUnderPressure: 1 })).toBeLessThan(MAX);
  });

  it('lets the ended be remembered as long as there is room, and is not alarmed by what was there at the start', () => {
    const forecast = new FillForecast(MAX);
    expect(forecast.isFilling(90_000, 0)).toBe(false);
    expect(forecast.isFilling(91_000, 1_000)).toBe(false);
    expect(forecast.isFilling(105_000, 0)).toBe(true);
  });
});
