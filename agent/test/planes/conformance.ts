import { describe, expect, it } from 'vitest';
import { EMPTY_PLANE, type PlaneState } from '../../src/dataplane/plane-state.ts';
import type { Driver } from '../../src/drivers/driver.ts';
import { planOperations } from '../../src/sequence/plan-operations.ts';

/** What a plane must be able to have done to it in tests. */
export interface DriverUnderTest {
  readonly driver: Driver;
  /** Breaks off the next apply after so many operations. */
  breakOffAfter(operations: number): void;
  /** Somebody else puts this state in the plane's place. */
  tamper(state: PlaneState): Promise<void>;
}

/** What every data plane must do, over states that the caller gives, in order. `make` gives an empty plane. */
export function conformance(name: string, make: () => DriverUnderTest, states: readonly PlaneState[]): void {
  const reach = async (driver: Driver, desired: PlaneState) => {
    await driver.apply(planOperations(await driver.read(), desired));
    expect(await driver.read()).toEqual(desired);
  };
  const withEmptyBetween = states.flatMap((state) => [state, EMPTY_PLANE]);
  describe(`${name} conforms`, () => {
    it.each([
      ['in order', states],
      ['in reverse', states.toReversed()],
      ['with empty states between', withEmptyBetween],
      ['each twice', states.flatMap((state) => [state, state])],
    ])('reaches every state %s', async (_, path) => {
      const { driver } = make();
      for (const state of path) await reach(driver, state);
    });

    it('resyncs after a break at any operation', async () => {
      for (const [index, state] of states.entries()) {
        const before = states[index - 1] ?? EMPTY_PLANE;
        const { length } = planOperations(before, state);
        for (let done = 0; done < length; done++) {
          const plane = make();
          await reach(plane.driver, before);
          plane.breakOffAfter(done);
          await expect(plane.driver.apply(planOperations(before, state))).rejects.toThrow();
          await reach(plane.driver, state);
        }
      }
    });

    it('repairs whatever drifted', async () => {
      for (const state of states)
        for (const drifted of [EMPTY_PLANE, ...states]) {
          const plane = make();
          await reach(plane.driver, state);
          await plane.tamper(drifted);
          await reach(plane.driver, state);
        }
    });

    it('leaves nothing behind', async () => {
      const { driver } = make();
      for (const state of states) await reach(driver, state);
      await driver.cleanup();
      expect(await driver.read()).toEqual(EMPTY_PLANE);
    });
  });
}
