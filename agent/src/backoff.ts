export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Delay before try `failures` + 1: doubles from `firstMs` to `mostMs`, of which the upper half is random, so that agents that failed
 * together do not come back together.
 */
export function backoffMs(failures: number, options: BackoffOptions): number {
  const full = Math.min(options.mostMs, options.firstMs * 2 ** Math.min(failures, 30));
  return full / 2 + (full / 2) * options.random();
}
