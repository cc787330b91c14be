import type { TimeRange } from '../../contract.ts';
import type { Group } from '../../merge/group.ts';
import { addGroups, type Sums } from '../../merge/merge-sides.ts';
import { readGroups } from './groups.ts';
import { LiveHours } from './live-hours.ts';
import type { Segment } from './plan.ts';
import type { ReadSession } from './session.ts';

/** Groups that a process remembers, of all clusters; about half a kilobyte each. */
const REMEMBERED_MAX = 300_000;
/** More groups than this are not remembered: nobody draws so many, and the busiest of them are found by the database. */
const GROUPS_MAX = 120_000;
/** The newest hour still changes, and the one before it for as long as batches are under way. */
const SETTLING_MS = 120_000;
const HOUR = 3_600_000;

/** What levels hold of a range of hours. */
export interface HourSums {
  readonly groups: readonly Group[];
  /** Of the first of `groups`: the hours that are over. */
  readonly settled: Sums & { readonly groups: number };
}
interface Held {
  readonly stamp: number;
  readonly settled: Promise<readonly Group[] | null>;
  sums: Sums | null;
  readonly live: LiveHours;
  groups: number;
}

/**
 * Sums of hours by cluster and range. Hours that are over are added up once, for as long as the roll-up leaves them alone; of the newest hour only the edges are
 * read that changed since the last call. Whoever asks meanwhile for what is being added up waits for the same answer.
 */
export class HourMemory {
  readonly #held = new Map<string, Held>();

  /** What the levels hold of `hours`, a segment of whole hours; null where there is too much to remember. */
  async sumsOf(session: ReadSession, hours: Segment): Promise<HourSums | null> {
    const { orgId, clusterId } = session.scope;
    const past = { ...hours, toMs: settledTo(hours, session) };
    const key = `${orgId}/${clusterId}/${past.fromMs}-${past.toMs}-${hours.toMs}`;
    const stamp = await stampOf(session, past);
    const known = this.#held.get(key);
    this.#held.delete(key);
    const held = known?.stamp === stamp ? known : this.#open(key, session, past, stamp);
    this.#held.set(key, held);
    const settled = await held.settled;
    if (settled === null) return null;
    const live = await held.live.read(session, { fromMs: past.toMs, toMs: hours.toMs });
    if (held.live.size > GROUPS_MAX) {
      this.#held.set(key, { ...held, settled: Promise.resolve(null), live: new LiveHours(), groups: 0 });
      return null;
    }
    held.groups = settled.length + held.live.size;
    this.#shrink();
    if (live === null) return null;
    held.sums ??= addGroups(settled);
    return { groups: [...settled, ...live], settled: { ...held.sums, groups: settled.length } };
  }

  #open(key: string, session: ReadSession, past: Segment, stamp: number): Held {
    const settled = readSettled(session, past);
    const held: Held = { stamp, settled, sums: null, live: new LiveHours(), groups: 0 };
    settled.catch(() => {
      if (this.#held.get(key) === held) this.#held.delete(key);
    });
    return held;
  }

  /** The least recently used go first. */
  #shrink(): void {
    let total = 0;
    for (const { groups } of this.#held.values()) total += groups;
    for (const [key, { groups }] of this.#held) {
      if (total <= REMEMBERED_MAX) return;
      this.#held.delete(key);
      total -= groups;
    }
  }
}

function settledTo({ fromMs, toMs }: TimeRange, { horizons }: ReadSession): number {
  const overMs = Math.floor((horizons.rolledToMs - SETTLING_MS) / HOUR) * HOUR;
  return Math.min(toMs, Math.max(fromMs, overMs));
}

async function readSettled(session: ReadSession, past: Segment): Promise<readonly Group[] | null> {
  if (past.toMs <= past.fromMs) return [];
  const { groups, truncated } = await readGroups(session, {
    segments: [past],
    bucketSeconds: 0,
    addresses: false,
    groupsMax: GROUPS_MAX,
    keep: 'busiest',
    raw: false,
  });
  return truncated ? null : groups;
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
