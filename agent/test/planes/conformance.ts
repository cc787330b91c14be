import { afterEach, describe, expect, it } from 'vitest';
import { EMPTY_PLANE, type PlaneState } from '../../src/dataplane/plane-state.ts';
import type { Driver } from '../../src/drivers/driver.ts';
import { planOperations } from '../../src/sequence/plan-operations.ts';

/** What a plane must be able to have done to it in tests. */
export interface DriverUnderTest {
  readonly driver: Driver;
  /** Breaks off the next apply after so many operations, or elsewhere where all of them are one. */
  breakOffAfter(operations: number): void;
  /** Somebody else puts this state in the plane's place. */
  tamper(state: PlaneState): Promise<void>;
  /** Takes the plane itself away. */
  remove(): Promise<void>;
}

/**
 * What every data plane must do, over states that the caller gives, in order. `make` gives an empty plane. All that a driver is told of the plane's past
 * is the state that is wanted now, as after a restart.
 */
export function conformance(name: string, make: () => Promise<DriverUnderTest>, states: readonly PlaneState[]): void {
  const reach = async (driver: Driver, desired: PlaneState) => {
    await driver.apply(planOperations(await driver.read([desired]), desired));
    expect(await driver.read([desired])).toEqual(desired);
  };
  const made: DriverUnderTest[] = [];
  const empty = async () => {
    const plane = await make();
    made.push(plane);
    return plane;
  };
  const withEmptyBetween = states.flatMap((state) => [state, EMPTY_PLANE]);
  describe(`${name} conforms`, () => {
    afterEach(async () => {
      for (const plane of made.splice(0)) await plane.remove();
    });

    it.each([
      ['in order', states],
      ['in reverse', states.toReversed()],
      ['with empty states between', withEmptyBetween],
      ['each twice', states.flatMap((state) => [state, state])],
    ])('reaches every state %s', async (_, path) => {
      const { driver } = await empty();
      for (const state of path) await reach(driver, state);
    });

    it('resyncs after a break at any operation', async () => {
      const plane = await empty();
      for (const [index, state] of states.entries()) {
        const before = states[index - 1] ?? EMPTY_PLANE;
        const { length } = planOperations(before, state);
        for (let done = 0; done < length; done++) {
          await reach(plane.driver, before);
          plane.breakOffAfter(done);
          await expect(plane.driver.apply(planOperations(before, state))).rejects.toThrow();
          await reach(plane.driver, state);
        }
      }
    });

    it('repairs whatever drifted', async () => {
      const plane = await empty();
      for (const state of states)
        for (const drifted of [EMPTY_PLANE, ...states]) {
          await reach(plane.driver, state);
          await plane.tamper(drifted);
          await reach(plane.driver, state);
        }
    });

    it('leaves nothing behind', async () => {
      const { driver } = await empty();
      for (const state of states) await reach(driver, state);
      await driver.cleanup();
      expect(await driver.read(states)).toEqual(EMPTY_PLANE);
    });
  });
}
