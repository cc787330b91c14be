import type { TimeRange } from '../../contract.ts';
import type { Group } from '../../merge/group.ts';
import { type GroupRow, groupColumns, toGroup } from './groups.ts';
import type { ReadSession } from './session.ts';
import { FACTS_SQL } from './sources.ts';

/** Rows of `flow.edge_1h` by their key, as of the newest snapshot that was asked: only those are read again that the roll-up has touched since. */
export class LiveHours {
  readonly #rows = new Map<string, Group>();
  /** Null: nothing was read yet. */
  #seenMs: number | null = null;
  /** One reader at a time brings the rows up to date. */
  #turn: Promise<unknown> = Promise.resolve();

  get size(): number {
    return this.#rows.size;
  }

  /** Rows of whole `hours`, the same in every call, as `session` sees them; null where its snapshot is older than what is held. */
  read(session: ReadSession, hours: TimeRange): Promise<readonly Group[] | null> {
    if (hours.toMs <= hours.fromMs) return Promise.resolve([]);
    const result = this.#turn.then(() => this.#update(session, hours));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #update({ client, scope, horizons }: ReadSession, hours: TimeRange): Promise<readonly Group[] | null> {
    const { rolledToMs } = horizons;
    const seenMs = this.#seenMs;
    if (seenMs !== null && rolledToMs < seenMs) return null;
    if (rolledToMs !== seenMs) {
      const { rows } = await client.query<[...GroupRow]>({
        name: 'flow-live-hours',
        rowMode: 'array',
        text: `SELECT ${groupColumns('0::float8')}, NULL, ${FACTS_SQL}, extract(epoch FROM bucket)::float8 FROM flow.edge_1h
          WHERE org_id = $1 AND cluster_id = $2 AND bucket >= to_timestamp($3::float8) AND bucket < to_timestamp($4::float8)
            AND ($5::float8 IS NULL OR touched_at > to_timestamp($5::float8))`,
        values: [
          scope.orgId,
          scope.clusterId,
          hours.fromMs / 1000,
          hours.toMs / 1000,
          seenMs === null ? null : seenMs / 1000,
        ],
      });
      for (const row of rows) this.#rows.set(`${row.at(-1)}${row[0]}${row[1]}${row[2]}${row[3]}`, toGroup(row));
      this.#seenMs = rolledToMs;
    }
    return [...this.#rows.values()];
  }
}
