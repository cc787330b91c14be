/** Pairs held back at most; beyond it a burst over very many keys is sent uncoalesced rather than kept in memory. */
const HELD_MAX = 10_000;

/** Lets the first of a burst through at once, then one every `intervalMs`; the last of a burst always goes. */
export class Coalescer {
  readonly #send: (id: string) => void;
  readonly #intervalMs: number;
  /** Running timers by id; true: one more is waiting. */
  readonly #held = new Map<string, { timer: NodeJS.Timeout; again: boolean }>();

  constructor(send: (id: string) => void, intervalMs = 250) {
    this.#send = send;
    this.#intervalMs = intervalMs;
  }

  push(id: string): void {
    const held = this.#held.get(id);
    if (held) {
      held.again = true;
      return;
    }
    if (this.#held.size < HELD_MAX) this.#hold(id);
    this.#send(id);
  }

  /** Sends what waits, now. */
  flush(): void {
    for (const [id, { timer, again }] of this.#held) {
      clearTimeout(timer);
      if (again) this.#send(id);
    }
    this.#held.clear();
  }

  #hold(id: string): void {
    const timer = setTimeout(() => {
      const again = this.#held.get(id)?.again ?? false;
      this.#held.delete(id);
      if (!again) return;
      this.#hold(id);
      this.#send(id);
    }, this.#intervalMs);
    timer.unref();
    this.#held.set(id, { timer, again: false });
  }
}
