import type { LossKind } from '@margay/model';
import type { Loss } from '@margay/wire';

/** Losses that no batch carries yet, one entry a kind. */
export class LossLedger {
  #losses = new Map<LossKind, Loss>();

  add(kind: LossKind, count: number, sinceMs: number, untilMs = sinceMs): void {
    if (count <= 0) return;
    const known = this.#losses.get(kind);
    this.#losses.set(kind, {
      kind,
      count: count + (known?.count ?? 0),
      sinceMs: Math.min(sinceMs, known?.sinceMs ?? sinceMs),
      untilMs: Math.max(untilMs, known?.untilMs ?? untilMs),
    });
  }

  addAll(losses: readonly Loss[]): void {
    for (const loss of losses) this.add(loss.kind, loss.count, loss.sinceMs, loss.untilMs);
  }

  /** What is in it now. */
  list(): Loss[] {
    return [...this.#losses.values()];
  }

  /** Hands over what is in it: the caller carries it from now on. */
  take(): Loss[] {
    const losses = this.list();
    this.#losses = new Map();
    return losses;
  }
}
