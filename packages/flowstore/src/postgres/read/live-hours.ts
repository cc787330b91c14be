import type { TimeRange } from '../../contract.ts';
import type { CountedFacts } from '../../merge/facts.ts';
import type { Group } from '../../merge/group.ts';
import { addGroups, type Sums } from '../../merge/merge-sides.ts';
import { type GroupRow, groupColumns, toGroup } from './groups.ts';
import type { ReadSession } from './session.ts';
import { FACTS_SQL } from './sources.ts';

/**
 * Sums to which rows of `flow.edge_1h` are added, as of the newest snapshot that was asked: only those rows are read again that the roll-up has touched since, and
 * only what came to them is added.
 */
export class LiveHours {
  #sums: Sums;
  readonly #rows = new Map<string, CountedFacts>();
  /** Null: nothing was read yet. */
  #seenMs: number | null = null;
  /** One reader at a time brings the rows up to date. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(base: Sums) {
    this.#sums = base;
  }

  /** Rows that are kept to compare with. */
  get size(): number {
    return this.#rows.size;
  }

  /** With the rows of whole `hours`, the same in every call, as `session` sees them; null where its snapshot is older than what is held. */
  read(session: ReadSession, hours: TimeRange): Promise<Sums | null> {
    if (hours.toMs <= hours.fromMs) return Promise.resolve(this.#sums);
    const result = this.#turn.then(() => this.#update(session, hours));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #update({ client, scope, horizons }: ReadSession, hours: TimeRange): Promise<Sums | null> {
    const { rolledToMs } = horizons;
    const seenMs = this.#seenMs;
    if (seenMs !== null && rolledToMs < seenMs) return null;
    if (rolledToMs === seenMs) return this.#sums;
    // An hour lies together in index and table; the planner thinks it larger than that and reads the day.
    await client.query('SET LOCAL enable_seqscan = off');
    const { rows } = await client.query<GroupRow>({
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
    await client.query('SET LOCAL enable_seqscan = on');
    this.#sums = addGroups(
      rows.map((row) => this.#increase(row)),
      this.#sums,
    );
    this.#seenMs = rolledToMs;
    return this.#sums;
  }

  /** What came to a row since it was read last. Rows only grow. */
  #increase(row: GroupRow): Group {
    const key = `${row.at(-1)}${row[0]}${row[1]}${row[2]}${row[3]}`;
    const group = toGroup(row);
    const before = this.#rows.get(key);
    this.#rows.set(key, group.facts);
    return before ? { ...group, facts: less(group.facts, before) } : group;
  }
}

/** Sums less sums; the times are those of the whole. */
function less(whole: CountedFacts, part: CountedFacts): CountedFacts {
  return {
    flows: whole.flows - part.flows,
    bytesForward: whole.bytesForward - part.bytesForward,
    packetsForward: whole.packetsForward - part.packetsForward,
    bytesReverse: whole.bytesReverse - part.bytesReverse,
    packetsReverse: whole.packetsReverse - part.packetsReverse,
    connectionsStarted: whole.connectionsStarted - part.connectionsStarted,
    connectionsCompleted: whole.connectionsCompleted - part.connectionsCompleted,
    firstSeenMs: whole.firstSeenMs,
    lastSeenMs: whole.lastSeenMs,
  };
}
