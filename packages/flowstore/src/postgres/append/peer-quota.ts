import type pg from 'pg';
import type { Scope } from '../../contract.ts';

/** Definitions of one cluster. A cluster of 5,000 workloads that are all rolled out daily has 150,000 within the retention. */
const PEERS_MAX = 200_000;
/** How long a count is believed: what other processes add meanwhile is not seen, and may exceed the quota by so much. */
const COUNTED_MS = 60_000;
const CLUSTERS_MAX = 10_000;

/** How many definitions of peers a cluster may have. Counted by the database now and then, by this process in between. */
export class PeerQuota {
  readonly max: number;
  readonly #counts = new Map<string, { count: number; readAtMs: number }>();

  constructor(max = PEERS_MAX) {
    this.max = max;
  }

  /** Takes room for `wanted` definitions. @returns for how many there is room. */
  async take(client: pg.ClientBase, scope: Scope, wanted: number, nowMs: number): Promise<number> {
    const key = keyOf(scope);
    const read = this.#believed(key, nowMs) ? null : await this.#read(client, scope);
    // Whoever read meanwhile has taken room from what it read.
    const counted = this.#believed(key, nowMs) ?? { count: read ?? 0, readAtMs: nowMs };
    this.#remember(key, counted);
    const granted = Math.max(0, Math.min(wanted, this.max - counted.count));
    counted.count += granted;
    return granted;
  }

  giveBack(scope: Scope, count: number): void {
    const counted = this.#counts.get(keyOf(scope));
    if (counted) counted.count -= count;
  }

  /** As of the last {@link take}. */
  isFull(scope: Scope): boolean {
    return (this.#counts.get(keyOf(scope))?.count ?? 0) >= this.max;
  }

  /** What was taken may not have been used: counts anew next time. */
  forget(scope: Scope): void {
    this.#counts.delete(keyOf(scope));
  }

  #believed(key: string, nowMs: number) {
    const known = this.#counts.get(key);
    return known && Math.abs(nowMs - known.readAtMs) <= COUNTED_MS ? known : undefined;
  }

  async #read(client: pg.ClientBase, { orgId, clusterId }: Scope): Promise<number> {
    const { rows } = await client.query<{ count: number }>({
      name: 'count-peers',
      text: 'SELECT flow.count_peers($1, $2, $3) AS count',
      values: [orgId, clusterId, this.max],
    });
    return rows[0]?.count ?? 0;
  }

  #remember(key: string, counted: { count: number; readAtMs: number }): void {
    this.#counts.delete(key);
    this.#counts.set(key, counted);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= CLUSTERS_MAX) return;
      this.#counts.delete(oldest);
    }
  }
}

const keyOf = ({ orgId, clusterId }: Scope): string => `${orgId}/${clusterId}`;
