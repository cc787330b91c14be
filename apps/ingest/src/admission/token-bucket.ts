const IDLE_KEYS_MAX = 10_000;

export interface BucketOptions {
  readonly perSecond: number;
  readonly burst: number;
  readonly now?: () => number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key. A full bucket needs no memory, so keys that are idle are forgotten. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #options: BucketOptions;
  readonly #now: () => number;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Takes `cost` tokens; one request may overdraw the bucket, so that what is larger than the burst still passes when nothing else does.
   *
   * @returns seconds to wait, rounded up; 0 when taken.
   */
  take(key: string, cost: number): number {
    const { perSecond, burst } = this.#options;
    const nowMs = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = nowMs;
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > IDLE_KEYS_MAX) this.#forgetFull(nowMs);
    if (bucket.tokens <= 0) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= cost;
    return 0;
  }

  #forgetFull(nowMs: number): void {
    const { perSecond, burst } = this.#options;
    for (const [key, { tokens, atMs }] of this.#buckets)
      if (tokens + ((nowMs - atMs) / 1000) * perSecond >= burst) this.#buckets.delete(key);
  }
}
