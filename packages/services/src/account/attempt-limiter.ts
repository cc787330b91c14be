import { MargayError } from '@margay/model';

export interface AttemptLimits {
  readonly perKeyMax: number;
  readonly windowMs: number;
  /** Keys remembered; the longest untouched go first, so that an attacker's noise costs bounded memory. */
  readonly keysMax: number;
}

/** Counts failures by key within a window that begins with the first of them. In this process's memory. */
export class AttemptLimiter {
  readonly #limits: AttemptLimits;
  readonly #failures = new Map<string, { count: number; untilMs: number }>();

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
  }

  /** @throws MargayError LIMIT_EXCEEDED, with the seconds to wait, while `key` has failed too often. */
  check(key: string, nowMs: number): void {
    const entry = this.#failures.get(key);
    if (!entry || entry.untilMs <= nowMs || entry.count < this.#limits.perKeyMax) return;
    const retryAfterSeconds = Math.ceil((entry.untilMs - nowMs) / 1000);
    const minutes = Math.ceil(retryAfterSeconds / 60);
    throw new MargayError(
      'LIMIT_EXCEEDED',
      `too many attempts: try again in ${minutes} minute${minutes === 1 ? '' : 's'}`,
      { details: { retryAfterSeconds } },
    );
  }

  fail(key: string, nowMs: number): void {
    const entry = this.#failures.get(key);
    const next =
      entry && entry.untilMs > nowMs
        ? { count: entry.count + 1, untilMs: entry.untilMs }
        : { count: 1, untilMs: nowMs + this.#limits.windowMs };
    this.#failures.delete(key);
    this.#failures.set(key, next);
    if (this.#failures.size <= this.#limits.keysMax) return;
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  succeed(key: string): void {
    this.#failures.delete(key);
  }
}
