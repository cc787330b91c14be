import type { Bus } from '@margay/jobs';

/** A watcher says so every 5 s; two of those may get lost. */
const LEASE_MS = 15_000;
const FLUSH_MS = 500;
const CLUSTERS_MAX = 10_000;

export interface Lease {
  readonly flushMs: number;
  readonly untilMs: number;
}

/** Whose flows somebody watches: while so, agents are asked to flush often. */
export class Watchers {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;
  readonly #end: () => void;

  constructor(bus: Bus, now: () => number = Date.now) {
    this.#now = now;
    this.#end = bus.subscribe('watch', { onMessage: (clusterId) => this.#note(clusterId) });
  }

  leaseOf(clusterId: string): Lease | null {
    const untilMs = this.#until.get(clusterId) ?? 0;
    return untilMs > this.#now() ? { flushMs: FLUSH_MS, untilMs } : null;
  }

  close(): void {
    this.#end();
  }

  #note(clusterId: string): void {
    this.#until.delete(clusterId);
    this.#until.set(clusterId, this.#now() + LEASE_MS);
    for (const [key, untilMs] of this.#until) {
      if (untilMs > this.#now() && this.#until.size <= CLUSTERS_MAX) break;
      this.#until.delete(key);
    }
  }
}
