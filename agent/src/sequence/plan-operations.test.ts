import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryFoundState, arbitraryPlaneState } from '../../test/planes/random-states.ts';
import { FakeDriver } from '../drivers/fake-driver.ts';
import { planOperations } from './plan-operations.ts';

describe('planOperations', () => {
  it('says nothing where nothing differs', () => {
    fc.assert(fc.property(arbitraryPlaneState, (state) => planOperations(state, structuredClone(state)).length === 0));
  });

  it('ends in the last state whatever came between, each plan broken off anywhere', async () => {
    const steps = fc.array(fc.tuple(arbitraryPlaneState, fc.nat(12), fc.option(arbitraryFoundState)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(steps, arbitraryPlaneState, async (between, last) => {
        // The fake throws of itself where an operation refers to what is not there.
        const driver = new FakeDriver();
        for (const [state, cut, found] of between) {
          if (found !== null) driver.overwrite(found);
          await driver.apply(planOperations(await driver.read(), state).slice(0, cut));
        }
        await driver.apply(planOperations(await driver.read(), last));
        expect(await driver.read()).toEqual(last);
      }),
    );
  });
});
