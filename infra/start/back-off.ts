const DELAYS_MS = [500, 1_000, 2_000, 5_000, 10_000];
const LONGEST_MS = 10_000;
/** Who ran for so long begins anew: a death a month must not wait as if it were the fifth in a row. */
const STEADY_MS = 60_000;

/** How long to wait before a program that ended is started again: longer with each end that follows soon upon its start. */
export class BackOff {
  readonly #nowMs: () => number;
  #startedMs: number;
  #ends = 0;

  /** @param nowMs a clock that is never set back. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
  }

  /** Ends in a row. */
  get ends(): number {
    return this.#ends;
  }

  started(): void {
    this.#startedMs = this.#nowMs();
  }

  /** @returns milliseconds to wait. */
  ended(): number {
    if (this.#nowMs() - this.#startedMs >= STEADY_MS) this.#ends = 0;
    return DELAYS_MS[this.#ends++] ?? LONGEST_MS;
  }
}
