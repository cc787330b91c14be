import { busy } from '../refusal.ts';

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

/** So many at once by key; a bounded number wait, their bodies unread, and whoever comes then is told to come again. */
export class Turnstile {
  readonly #lanes = new Map<string, Lane>();
  readonly #running: number;
  readonly #waiting: number;

  constructor(options: { running: number; waiting: number }) {
    this.#running = options.running;
    this.#waiting = options.waiting;
  }

  /**
   * Runs `work` when it is its turn.
   *
   * @throws Refusal 429 when too many wait already.
   */
  async pass<T>(key: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key) ?? { running: 0, waiting: [] };
    this.#lanes.set(key, lane);
    if (lane.running >= this.#running) {
      if (lane.waiting.length >= this.#waiting)
        throw busy('your organisation has too many requests under way: try again', 1);
      await new Promise<void>((resolve) => lane.waiting.push(resolve));
    } else lane.running++;
    try {
      return await work();
    } finally {
      const next = lane.waiting.shift();
      if (next) next();
      else if (--lane.running === 0) this.#lanes.delete(key);
    }
  }
}
