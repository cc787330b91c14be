import { expect, it } from 'vitest';
import { Loop } from './loop.ts';

it('never runs twice at once, and once more after a change during a run', async () => {
  let running = 0;
  let runs = 0;
  const overlaps: number[] = [];
  const loop = new Loop(
    async () => {
      running++;
      runs++;
      overlaps.push(running);
      if (runs === 1) for (let i = 0; i < 10; i++) loop.trigger();
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    },
    () => {},
  );
  loop.trigger();
  await expect.poll(() => runs).toBe(2);
  await loop.stop();
  expect(overlaps).toEqual([1, 1]);
});

it('tries again after a failure, with one retry at a time', async () => {
  const faults: unknown[] = [];
  let runs = 0;
  const loop = new Loop(
    async () => {
      runs++;
      if (runs < 3) throw new Error(`fault ${runs}`);
    },
    (fault) => faults.push(fault),
  );
  loop.trigger();
  await expect.poll(() => runs, { timeout: 5_000 }).toBe(3);
  await loop.stop();
  expect(faults).toHaveLength(2);
});
