import type { WorkloadFacts } from './identity.ts';

const SWEEP_FLOOR = 1_000;

/** Lets equal facts be one object: a thousand replicas cost one set of labels. Facts that no pod holds any more are collected. */
export class FactPool {
  readonly #pool = new Map<string, WeakRef<WorkloadFacts>>();
  #sweepAt = SWEEP_FLOOR;

  intern(facts: WorkloadFacts): WorkloadFacts {
    const key = JSON.stringify([facts, Object.entries(facts.labels).sort()]);
    const known = this.#pool.get(key)?.deref();
    if (known) return known;
    this.#pool.set(key, new WeakRef(facts));
    if (this.#pool.size > this.#sweepAt) this.#sweep();
    return facts;
  }

  #sweep(): void {
    for (const [key, reference] of this.#pool) if (!reference.deref()) this.#pool.delete(key);
    this.#sweepAt = Math.max(SWEEP_FLOOR, this.#pool.size * 2);
  }
}
