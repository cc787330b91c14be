import type { LossKind } from '@margay/model';
import type { FlowAck } from '@margay/wire';

type Reason = FlowAck['refused'][number]['reason'];

/** Rows of one batch that the console refused, over the answers to its parts. */
export class RefusedRows {
  readonly #rows = new Map<Reason, number>();

  add(refused: FlowAck['refused']): void {
    for (const { reason, rows } of refused) this.#rows.set(reason, (this.#rows.get(reason) ?? 0) + rows);
  }

  /** So many of them go again, in another part: whatever becomes of them is told in its answer. */
  takeBack(count: number): void {
    let left = count;
    // A row of a collided id is `invalid` where it is not too old or in the future anyway.
    for (const reason of ['invalid', 'in-future', 'too-old'] as const) {
      const taken = Math.min(left, this.#rows.get(reason) ?? 0);
      if (taken > 0) this.#rows.set(reason, (this.#rows.get(reason) ?? 0) - taken);
      left -= taken;
    }
  }

  get losses(): [LossKind, number][] {
    return [...this.#rows].map(([reason, rows]) => [reason === 'too-old' ? 'too-old' : 'decode', rows]);
  }
}
