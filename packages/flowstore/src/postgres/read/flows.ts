import { type Hash64, MargayError, type Peer, type ResolutionSeconds } from '@margay/model';
import type { FlowFilter, FlowPage, FlowRow, TimeRange } from '../../contract.ts';
import { bucketRows } from '../../merge/bucket-rows.ts';
import { passes } from '../../merge/filter.ts';
import { idsOf } from './edges.ts';
import { filterSql } from './filter-sql.ts';
import { readFrontier } from './frontier.ts';
import { type GroupAnswer, readGroups } from './groups.ts';
import type { PeerCache } from './peer-cache.ts';
import { chooseLevel } from './plan.ts';
import type { ReadSession } from './session.ts';

/** Buckets that the first look takes; it widens where there is little. */
const BUCKETS_FIRST = 12;
const GROUPS_MAX = 60_000;
/** A page that finds too little in so many looks ends early, with a cursor to go on. */
const LOOKS_MAX = 40;
const CURSOR = /^(\d{1,15})(?:\/([0-9a-f]{32}\.\d{1,3}\.\d{1,5}\.(?:allow|deny)))?$/;

interface Place {
  readonly bucketMs: number;
  /** Last row given of that bucket; none: the bucket has not been begun. */
  readonly key: string | null;
}

export interface PageOptions {
  readonly limit: number;
  readonly cursor?: string;
  readonly backends?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Rows newest first, one level for all. Looks at a few buckets at a time, backwards from where the page before ended. */
export async function readFlows(
  session: ReadSession,
  cache: PeerCache,
  range: TimeRange,
  filter: FlowFilter,
  options: PageOptions,
): Promise<FlowPage> {
  const resolutionSeconds = chooseLevel(range, session.horizons);
  const stepMs = resolutionSeconds * 1000;
  const frontier = await readFrontier(session);
  const fromMs = Math.floor(Math.max(range.fromMs, frontier.firstMs ?? 0) / stepMs) * stepMs;
  const newestMs = Math.min(range.toMs - 1, frontier.lastMs ?? 0);
  let place: Place = options.cursor
    ? parseCursor(options.cursor, resolutionSeconds)
    : { bucketMs: Math.floor(newestMs / stepMs) * stepMs, key: null };
  const rows: FlowRow[] = [];
  let buckets = BUCKETS_FIRST;
  for (let look = 0; look < LOOKS_MAX && rows.length < options.limit && place.bucketMs >= fromMs; look++) {
    const endMs = place.bucketMs + stepMs;
    const startMs = Math.max(fromMs, endMs - buckets * stepMs);
    const window = { fromMs: startMs, toMs: endMs };
    const found = await look_(session, cache, window, resolutionSeconds, filter, options);
    if (found.truncated && endMs - startMs > stepMs) {
      buckets = Math.max(1, Math.floor((endMs - startMs) / stepMs / 4));
      continue;
    }
    const after = place;
    const fresh = found.rows.filter(
      ({ bucketStartMs, key }) => bucketStartMs < after.bucketMs || after.key === null || key > after.key,
    );
    const taken = fresh.slice(0, options.limit - rows.length);
    rows.push(...taken.map(({ row }) => row));
    const last = taken.at(-1);
    place =
      taken.length < fresh.length && last
        ? { bucketMs: last.bucketStartMs, key: last.key }
        : { bucketMs: startMs - stepMs, key: null };
    if (!found.truncated) buckets *= 4;
  }
  return {
    rows,
    resolutionSeconds,
    nextCursor: place.bucketMs >= fromMs && newestMs >= fromMs ? formatCursor(place) : null,
    frontierMs: frontier.lastMs,
  };
}

interface Found {
  readonly rows: readonly { readonly bucketStartMs: number; readonly key: string; readonly row: FlowRow }[];
  readonly truncated: boolean;
}

/** Merged rows of `window`, newest first; the bucket before and after are read too, since the two ends' windows do not coincide. */
async function look_(
  session: ReadSession,
  cache: PeerCache,
  window: TimeRange,
  level: ResolutionSeconds,
  filter: FlowFilter,
  { backends }: PageOptions,
): Promise<Found> {
  const stepMs = level * 1000;
  const answer: GroupAnswer = await readGroups(session, {
    segments: [{ level, fromMs: window.fromMs - stepMs, toMs: window.toMs + stepMs }],
    bucketSeconds: level,
    addresses: true,
    groupsMax: GROUPS_MAX,
    where: (parameters, scope) => filterSql(filter, parameters, scope),
  });
  const peers: ReadonlyMap<Hash64, Peer> = await cache.load(session, idsOf(answer.groups));
  const rows = bucketRows(answer.groups, peers, level, backends)
    .filter(({ row }) => row.bucketStartMs >= window.fromMs && row.bucketStartMs < window.toMs && passes(row, filter))
    .map(({ key, row }) => ({ key, row, bucketStartMs: row.bucketStartMs }))
    .sort((a, b) => b.bucketStartMs - a.bucketStartMs || (a.key < b.key ? -1 : 1));
  return { rows, truncated: answer.truncated };
}

function formatCursor({ bucketMs, key }: Place): string {
  return key === null ? String(bucketMs) : `${bucketMs}/${key}`;
}

/** @throws MargayError VALIDATION for a cursor that no page gave. */
function parseCursor(text: string, resolutionSeconds: number): Place {
  const [, bucket, key] = CURSOR.exec(text) ?? [];
  const bucketMs = Number(bucket);
  if (bucket === undefined || bucketMs % (resolutionSeconds * 1000) !== 0)
    throw new MargayError('VALIDATION', 'this cursor does not belong to this list: begin at its first page');
  return { bucketMs, key: key ?? null };
}
