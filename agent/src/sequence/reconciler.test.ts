import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryFoundState, arbitraryPlaneState } from '../../test/planes/random-states.ts';
import { EMPTY_PLANE } from '../dataplane/plane-state.ts';
import { FakeDriver } from '../drivers/fake-driver.ts';
import { planOperations } from './plan-operations.ts';
import { Reconciler } from './reconciler.ts';

class CountingDriver extends FakeDriver {
  writes = 0;
  override apply(...args: Parameters<FakeDriver['apply']>): Promise<void> {
    this.writes++;
    return super.apply(...args);
  }
}

describe('Reconciler', () => {
  it('ends in the last state wanted, and writes once for what is wanted at once', async () => {
    const states = fc.array(arbitraryPlaneState, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(states, async (wanted) => {
        const driver = new CountingDriver();
        const reconciler = new Reconciler(driver);
        await Promise.all(wanted.map((state) => reconciler.want(state)));
        expect(await driver.read()).toEqual(wanted.at(-1));
        expect(driver.writes).toBeLessThanOrEqual(1);
        expect(reconciler.drifted).toBe(0);
      }),
    );
  });

  it('forgets nothing that is wanted at any moment of a round', async () => {
    const step = fc.tuple(arbitraryPlaneState, fc.nat(12));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const driver = new FakeDriver();
        const reconciler = new Reconciler(driver);
        for (const [state, turns] of steps) {
          const done = reconciler.want(state);
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          if (steps.at(-1)?.[0] === state) await done;
        }
        expect(await driver.read()).toEqual(steps.at(-1)?.[0]);
      }),
    );
  });

  it('repairs and counts drift; what it finds at the start is no drift', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryPlaneState, arbitraryFoundState, async (state, found) => {
        const driver = new FakeDriver();
        driver.overwrite(found);
        const reconciler = new Reconciler(driver);
        await reconciler.want(state);
        expect(reconciler.drifted).toBe(0);
        driver.overwrite(found);
        await reconciler.resync();
        expect(await driver.read()).toEqual(state);
        expect(reconciler.drifted).toBe(planOperations(found, state).length);
      }),
    );
  });

  it('begins anew after a write that failed, and counts none of it as drift', async () => {
    const notEmpty = arbitraryPlaneState.filter((state) => planOperations(EMPTY_PLANE, state).length > 1);
    await fc.assert(
      fc.asyncProperty(notEmpty, async (state) => {
        const driver = new FakeDriver();
        const reconciler = new Reconciler(driver);
        driver.failAfter = 1;
        await expect(reconciler.want(state)).rejects.toThrow('broken off');
        await reconciler.resync();
        expect(await driver.read()).toEqual(state);
        expect(reconciler.drifted).toBe(0);
      }),
    );
  });
});
