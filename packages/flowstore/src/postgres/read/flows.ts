import { type Hash64, MargayError, type Peer, type ResolutionSeconds } from '@margay/model';
import type { FlowFilter, FlowPage, FlowRow, TimeRange } from '../../contract.ts';
import { bucketRows } from '../../merge/bucket-rows.ts';
import { passes } from '../../merge/filter.ts';
import type { Group } from '../../merge/group.ts';
import { filterSql } from './filter-sql.ts';
import { readFrontier } from './frontier.ts';
import { readGroups } from './groups.ts';
import type { PeerCache } from './peer-cache.ts';
import { chooseLevel } from './plan.ts';
import type { ReadSession } from './session.ts';

/** A look takes so many buckets more than the one before, while there is little in them. */
const GROWTH = 4;
/** Groups that one look takes: enough for a page, or for what a filter may throw away. */
const GROUPS = { perRow: 30, min: 3_000, max: 60_000 } as const;
/** A page that finds too little in so many looks ends early, with a cursor to go on. */
const LOOKS_MAX = 40;
/** No key of a source sorts behind it. */
const LAST_KEY_OF_SOURCE = `${'f'.repeat(16)}.999.99999.deny`;
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
  let buckets = 1;
  for (let looks = 0; looks < LOOKS_MAX && rows.length < options.limit && place.bucketMs >= fromMs; looks++) {
    // What is left of a begun bucket is looked at alone.
    const width = place.key === null ? buckets : 1;
    const toMs = place.bucketMs + stepMs;
    const window = { fromMs: Math.max(fromMs, toMs - width * stepMs), toMs };
    const found = await look(session, cache, { window, level: resolutionSeconds, place }, filter, options);
    if (found.upTo !== null && width > 1) {
      buckets = Math.max(1, Math.floor(width / GROWTH));
      continue;
    }
    const taken = found.rows.slice(0, options.limit - rows.length);
    rows.push(...taken.map(({ row }) => row));
    place = nextPlace(taken, found, window.fromMs - stepMs, place);
    if (found.upTo === null) buckets *= GROWTH;
  }
  return {
    rows,
    resolutionSeconds,
    nextCursor: place.bucketMs >= fromMs && newestMs >= fromMs ? formatCursor(place) : null,
    frontierMs: frontier.lastMs,
  };
}

interface KeyedRow {
  readonly bucketStartMs: number;
  readonly key: string;
  readonly row: FlowRow;
}
interface Found {
  readonly rows: readonly KeyedRow[];
  /** Set where there was too much for one look: rows are whole up to this source, the rest of the bucket is still to come. */
  readonly upTo: string | null;
}
interface Look {
  readonly window: TimeRange;
  readonly level: ResolutionSeconds;
  readonly place: Place;
}

function nextPlace(taken: readonly KeyedRow[], { rows, upTo }: Found, olderMs: number, before: Place): Place {
  const last = taken.at(-1);
  if (last && taken.length < rows.length) return { bucketMs: last.bucketStartMs, key: last.key };
  if (upTo !== null) return { bucketMs: before.bucketMs, key: `${upTo}${LAST_KEY_OF_SOURCE}` };
  return { bucketMs: olderMs, key: null };
}

/** Merged rows of `window` after `place`, newest first; the bucket before and after are read too, since the two ends' windows do not coincide. */
async function look(
  session: ReadSession,
  cache: PeerCache,
  { window, level, place }: Look,
  filter: FlowFilter,
  { backends, limit }: PageOptions,
): Promise<Found> {
  const stepMs = level * 1000;
  const { groups, truncated } = await readGroups(session, {
    segments: [{ level, fromMs: window.fromMs - stepMs, toMs: window.toMs + stepMs }],
    bucketSeconds: level,
    addresses: true,
    groupsMax: Math.min(Math.max(limit * GROUPS.perRow, GROUPS.min), GROUPS.max),
    keep: 'smallest-source',
    where: (parameters, scope) => {
      const passing = filterSql(filter, parameters, scope);
      return place.key === null ? passing : `${passing} AND ${fromSource(place.key)}`;
    },
  });
  const [whole, upTo] = truncated ? wholeSources(groups) : [groups, null];
  const peers: ReadonlyMap<Hash64, Peer> = await cache.load(session, idsOf(whole));
  const isAfter = (at: number, key: string) => at < place.bucketMs || place.key === null || key > place.key;
  const rows = bucketRows(whole, peers, level, backends)
    .filter(({ row }) => row.bucketStartMs >= window.fromMs && row.bucketStartMs < window.toMs && passes(row, filter))
    .map(({ key, row }) => ({ key, row, bucketStartMs: row.bucketStartMs }))
    .filter(({ bucketStartMs, key }) => isAfter(bucketStartMs, key))
    .sort((a, b) => b.bucketStartMs - a.bucketStartMs || (a.key < b.key ? -1 : 1));
  return { rows, upTo };
}

function* idsOf(groups: readonly Group[]): Iterable<Hash64> {
  for (const { srcId, dstId, serviceId } of groups) {
    yield srcId;
    yield dstId;
    yield serviceId;
  }
}

/** All but the last source, whose groups may have been cut in the middle; that one too where it is the only one. */
function wholeSources(groups: readonly Group[]): [readonly Group[], string] {
  const last = groups.at(-1)?.srcId ?? '';
  const end = groups.findIndex(({ srcId }) => srcId === last);
  return end > 0 ? [groups.slice(0, end), groups[end - 1]?.srcId ?? last] : [groups, last];
}

/** Sources that may still have rows after `key`. Ids sort as unsigned numbers, as their hex text does; bigint is signed. */
function fromSource(key: string): string {
  const source = BigInt(`0x${key.slice(0, 16)}`);
  const next = key.endsWith(LAST_KEY_OF_SOURCE) ? source + 1n : source;
  if (next >= 2n ** 64n) return 'false';
  const signed = BigInt.asIntN(64, next);
  return signed >= 0n ? `(src >= ${signed} OR src < 0)` : `(src >= ${signed} AND src < 0)`;
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
