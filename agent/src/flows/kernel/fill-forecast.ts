/** From here on the table makes room earlier in any case. */
const FILLING = 0.8;
/** What comes until the decision bears fruit: until the scan that first heeds it, until its window is acknowledged, and one to spare. */
const SCANS_AHEAD = 3;

/**
 * Says from which scan on the connection table must make room earlier. It looks ahead: at thousands of new connections a second a table that is half
 * full is full before the next scan but one.
 */
export class FillForecast {
  readonly #max: number;
  /** Entries that the last scan left, null before the first. */
  #left: number | null = null;

  constructor(max: number) {
    this.#max = max;
  }

  /** `count`: entries that a scan saw; `expired`: how many of them it gives up. */
  isFilling(count: number, expired: number): boolean {
    const arrived = this.#left === null ? 0 : Math.max(0, count - this.#left);
    this.#left = count - expired;
    return this.#left + SCANS_AHEAD * arrived > this.#max || count > FILLING * this.#max;
  }
}
