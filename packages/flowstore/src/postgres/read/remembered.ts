import type { TimeRange } from '../../contract.ts';
import type { ReadSession } from './session.ts';

interface Held<T> {
  readonly stamp: number;
  readonly value: Promise<T>;
  /** 0 while it is being worked out. */
  weight: number;
}

/**
 * What was worked out of hours that are over, by cluster and name, for as long as the roll-up leaves those hours alone. Whoever asks meanwhile for what is being
 * worked out waits for the same answer. Bounded by weight: the least recently used go first.
 */
export class Remembered<T> {
  readonly #held = new Map<string, Held<T>>();
  readonly #weightMax: number;
  readonly #weigh: (value: T) => number;

  constructor(weightMax: number, weigh: (value: T) => number) {
    this.#weightMax = weightMax;
    this.#weigh = weigh;
  }

  /** `read` works it out in the snapshot of `session`; `name` tells apart what is asked of the same hours. */
  async get(session: ReadSession, hours: TimeRange, name: string, read: () => Promise<T>): Promise<T> {
    const { orgId, clusterId } = session.scope;
    const key = `${orgId}/${clusterId}/${hours.fromMs}-${hours.toMs}/${name}`;
    const stamp = await stampOf(session, hours);
    const known = this.#held.get(key);
    this.#held.delete(key);
    const held = known?.stamp === stamp ? known : { stamp, value: read(), weight: 0 };
    this.#held.set(key, held);
    try {
      const value = await held.value;
      held.weight = this.#weigh(value);
      this.#shrink();
      return value;
    } catch (error) {
      if (this.#held.get(key) === held) this.#held.delete(key);
      throw error;
    }
  }

  #shrink(): void {
    let total = 0;
    for (const { weight } of this.#held.values()) total += weight;
    for (const [key, { weight }] of this.#held) {
      if (total <= this.#weightMax) return;
      this.#held.delete(key);
      total -= weight;
    }
  }
}

/** Changes with every change of the range's hours, in the snapshot of `session`. */
async function stampOf({ client, scope }: ReadSession, { fromMs, toMs }: TimeRange): Promise<number> {
  const { rows } = await client.query<{ stamp: number }>({
    name: 'flow-hour-stamp',
    text: `SELECT coalesce(max(extract(epoch FROM touched_at)), 0)::float8 AS stamp FROM flow.hour_stamps
      WHERE org_id = $1 AND cluster_id = $2 AND bucket >= to_timestamp($3::float8 / 1000) AND bucket < to_timestamp($4::float8 / 1000)`,
    values: [scope.orgId, scope.clusterId, fromMs, toMs],
  });
  return rows[0]?.stamp ?? 0;
}
