import { addGroups, type Sums } from '../../merge/merge-sides.ts';
import { readGroups } from './groups.ts';
import { LiveHours } from './live-hours.ts';
import type { Segment } from './plan.ts';
import { Remembered } from './remembered.ts';
import type { ReadSession } from './session.ts';

/** Groups that a process remembers, of all clusters; about half a kilobyte each. */
const REMEMBERED_MAX = 300_000;
/** More groups than this are not remembered: nobody draws so many, and the busiest of them are found by the database. */
const GROUPS_MAX = 120_000;
/** The newest hour still changes, and the one before it for as long as batches are under way. */
const SETTLING_MS = 120_000;
const HOUR = 3_600_000;

interface Hours {
  readonly groups: number;
  /** Of the hours that are over, and what came of the others since. Null: there is too much. */
  live: LiveHours | null;
}

/** Sums of hours: those that are over are added up once; of the newest hour only the edges are read that changed since the last call. */
export class HourMemory {
  readonly #hours = new Remembered<Hours>(REMEMBERED_MAX, ({ groups, live }) => groups + (live?.size ?? 0));

  /** What the levels hold of `hours`, a segment of whole hours; null where there is too much to remember. */
  async sumsOf(session: ReadSession, hours: Segment): Promise<Sums | null> {
    const past = settledPart(hours, session);
    const known = await this.#hours.get(session, past, String(hours.toMs), () => readSettled(session, past));
    const sums = await known.live?.read(session, { fromMs: past.toMs, toMs: hours.toMs });
    if ((known.live?.size ?? 0) > GROUPS_MAX) known.live = null;
    return sums ?? null;
  }
}

/** The hours of `segment` that are over; may be none. */
export function settledPart(segment: Segment, { horizons }: ReadSession): Segment {
  const overMs = Math.floor((horizons.rolledToMs - SETTLING_MS) / HOUR) * HOUR;
  return { ...segment, toMs: Math.min(segment.toMs, Math.max(segment.fromMs, overMs)) };
}

async function readSettled(session: ReadSession, past: Segment): Promise<Hours> {
  if (past.toMs <= past.fromMs) return { groups: 0, live: new LiveHours(addGroups([])) };
  const { groups, truncated } = await readGroups(session, {
    segments: [past],
    bucketSeconds: 0,
    addresses: false,
    groupsMax: GROUPS_MAX,
    keep: 'busiest',
    raw: false,
  });
  return truncated ? { groups: 0, live: null } : { groups: groups.length, live: new LiveHours(addGroups(groups)) };
}
