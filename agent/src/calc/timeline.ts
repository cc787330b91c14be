import type { Identity } from './identity.ts';

/** Packets that trail after an owner left (retransmits, a last FIN) are still its own, if nobody has the address yet. */
const LINGER_MS = 5_000;
/** Kubernetes' times are whole seconds of another clock: traffic shortly before an owner's start is its own, if nobody had the address. */
const EARLY_MS = 5_000;

interface Interval {
  readonly owner: string;
  identity: Identity;
  readonly fromMs: number;
  /** Exclusive; Infinity while the owner has the address. */
  toMs: number;
}

/** Who had which address when. Addresses are canonical text; an owner is a pod's uid or the like, so that a pod of the same name is another owner. */
export class Timeline {
  /** In order of time; they do not overlap. */
  readonly #intervals = new Map<string, Interval[]>();

  /**
   * `owner` has `address` since `fromMs`. An owner whose end is known keeps the address to that end; one that still seemed to have
   * it has lost it at `fromMs`. A new identity of the present owner counts from `fromMs` on.
   */
  assign(address: string, owner: string, identity: Identity, fromMs: number): void {
    const intervals = this.#intervals.get(address) ?? [];
    if (intervals.length === 0) this.#intervals.set(address, intervals);
    const open = intervals.find((interval) => interval.owner === owner && interval.toMs === Number.POSITIVE_INFINITY);
    if (open?.identity.id === identity.id) return;
    if (open && intervals.at(-1) !== open) return;
    const before = intervals.findLastIndex((interval) => interval.fromMs <= fromMs);
    const previous = intervals[before];
    const next = intervals[before + 1];
    let start = fromMs;
    if (previous) {
      if (previous.toMs === Number.POSITIVE_INFINITY) previous.toMs = fromMs;
      else start = Math.max(fromMs, previous.toMs);
    }
    const toMs = next?.fromMs ?? Number.POSITIVE_INFINITY;
    if (start < toMs) intervals.splice(before + 1, 0, { owner, identity, fromMs: start, toMs });
  }

  /** `owner` had `address` for a time that is over, as far as nobody else is known to have had it then. */
  record(
    address: string,
    owner: string,
    identity: Identity,
    time: { readonly fromMs: number; readonly toMs: number },
  ): void {
    const intervals = this.#intervals.get(address) ?? [];
    if (intervals.length === 0) this.#intervals.set(address, intervals);
    const before = intervals.findLastIndex((interval) => interval.fromMs <= time.fromMs);
    const fromMs = Math.max(time.fromMs, intervals[before]?.toMs ?? 0);
    const toMs = Math.min(time.toMs, intervals[before + 1]?.fromMs ?? Number.POSITIVE_INFINITY);
    if (fromMs < toMs) intervals.splice(before + 1, 0, { owner, identity, fromMs, toMs });
  }

  /** Puts `identity` in the place of the owner's present one, as if it had been known from the start. */
  correct(address: string, owner: string, identity: Identity): void {
    const last = this.#intervals.get(address)?.findLast((interval) => interval.owner === owner);
    if (last) last.identity = identity;
  }

  /** `owner` has no longer had `address` since `atMs`. */
  release(address: string, owner: string, atMs: number): void {
    for (const interval of this.#intervals.get(address) ?? []) {
      if (interval.owner === owner && interval.toMs === Number.POSITIVE_INFINITY) {
        interval.toMs = Math.max(interval.fromMs, atMs);
      }
    }
  }

  at(address: string, timeMs: number): Identity | null {
    const intervals = this.#intervals.get(address);
    if (!intervals) return null;
    const index = intervals.findLastIndex((interval) => interval.fromMs <= timeMs);
    const previous = intervals[index];
    if (previous && timeMs < previous.toMs) return previous.identity;
    const next = intervals[index + 1];
    const sinceMs = previous ? timeMs - previous.toMs : Number.POSITIVE_INFINITY;
    const untilMs = next ? next.fromMs - timeMs : Number.POSITIVE_INFINITY;
    if (next && untilMs <= EARLY_MS && untilMs <= sinceMs) return next.identity;
    return previous && sinceMs <= LINGER_MS ? previous.identity : null;
  }

  /** Who has the address now, whoever had it before. */
  current(address: string): Identity | null {
    const last = this.#intervals.get(address)?.at(-1);
    return last?.toMs === Number.POSITIVE_INFINITY ? last.identity : null;
  }

  /** Forgets what ended before `beforeMs`. */
  prune(beforeMs: number): void {
    for (const [address, intervals] of this.#intervals) {
      const kept = intervals.filter((interval) => interval.toMs >= beforeMs);
      if (kept.length === 0) this.#intervals.delete(address);
      else if (kept.length < intervals.length) this.#intervals.set(address, kept);
    }
  }
}
