import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `check` gives something, and gives that; fails with `what` after the deadline. */
export async function until<T>(what: string, check: () => T | Promise<T>, timeoutMs = 15_000): Promise<NonNullable<T>> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value) return value as NonNullable<T>;
    if (Date.now() > deadlineMs) throw new Error(`timed out waiting for ${what}`);
    await delay(20);
  }
}
