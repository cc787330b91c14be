import { isDeepStrictEqual } from 'node:util';
import { EMPTY_PLANE, type PlaneState } from '../dataplane/plane-state.ts';
import type { Driver } from '../drivers/driver.ts';
import { planOperations } from './plan-operations.ts';

/**
 * Keeps a plane at the newest desired state. Holds at most one state beside the one being written: what is overtaken is never written. Every round
 * begins by reading the plane, so that a restart, a failed write and what somebody else did are all repaired in the same way.
 */
export class Reconciler {
  readonly #driver: Driver;
  #desired: PlaneState = EMPTY_PLANE;
  /** What the plane held after the last write; null: not known, after the start or a failed write. */
  #left: PlaneState | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #drifted = 0;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Operations that were needed to undo what others did to the plane, since the start. */
  get drifted(): number {
    return this.#drifted;
  }

  /** Takes a new desired state; resolves when it, or a newer one, is in the plane. Rejects when a write fails: the next call begins anew. */
  want(desired: PlaneState): Promise<void> {
    this.#desired = desired;
    return this.resync();
  }

  /** Compares the plane with the desired state again. */
  resync(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      // What is wanted in one turn is one round.
      await Promise.resolve();
      while (this.#again) {
        this.#again = false;
        await this.#round(this.#desired);
      }
    } finally {
      // In the same turn as the last look at #again, or a call in between would be forgotten.
      this.#running = null;
    }
  }

  async #round(desired: PlaneState): Promise<void> {
    const left = this.#left;
    const actual = await this.#driver.read(left === null ? [desired] : [desired, left]);
    if (left !== null && !isDeepStrictEqual(actual, left)) this.#drifted += planOperations(actual, left).length;
    this.#left = null;
    const operations = planOperations(actual, desired);
    if (operations.length > 0) await this.#driver.apply(operations);
    this.#left = desired;
  }
}
