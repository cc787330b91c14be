import { type Group, pairKey } from '../../merge/group.ts';
import { unpackKind } from '../kind.ts';
import type { Segment } from './plan.ts';
import type { ReadSession } from './session.ts';
import { Parameters, SUM_SQL, sourceSql } from './sources.ts';

export interface GroupQuery {
  readonly segments: readonly Segment[];
  /** 0: the whole interval is one bucket. */
  readonly bucketSeconds: number;
  readonly addresses: boolean;
  /** SQL condition over src, dst, service, kind (and addresses, where asked for). */
  readonly where?: (parameters: Parameters, scope: { org: string; cluster: string }) => string;
  /** At most so many are kept: the busiest, or those with the smallest source ids (as their hex text sorts). */
  readonly groupsMax: number;
  readonly keep: 'busiest' | 'smallest-source';
  /** As {@link SourceOptions} has them. */
  readonly levels?: readonly Segment[];
  readonly raw?: boolean;
}

export interface GroupAnswer {
  readonly groups: readonly Group[];
  readonly truncated: boolean;
}

const HEX = (column: string) => `lpad(to_hex(${column}), 16, '0')`;

/** The first columns of a {@link GroupRow}. */
export const groupColumns = (bucket: string) => `${HEX('src')}, ${HEX('dst')}, ${HEX('service')}, kind, ${bucket}`;

/** Facts of the segments added up by everything but the policy trace, from the coarsest level that holds each. */
export async function readGroups(session: ReadSession, query: GroupQuery): Promise<GroupAnswer> {
  if (query.segments.length === 0) return { groups: [], truncated: false };
  const cut = query.keep === 'smallest-source' ? await findCut(session, query) : null;
  const parameters = new Parameters();
  const source = sourceOf(session, query, parameters, cut === null ? undefined : upTo(cut));
  const { rows } = await session.client.query<GroupRow>({
    rowMode: 'array',
    text: `SELECT ${groupColumns('bucket_ms')}, ${query.addresses ? 'flow.union_addresses(addresses)' : 'NULL'}, ${SUM_SQL}
      FROM (${source}) s
      GROUP BY src, dst, service, kind, bucket_ms
      ORDER BY ${query.keep === 'busiest' ? 'sum(packets_fwd) + sum(packets_rev) DESC' : UNSIGNED_ORDER}
      LIMIT ${query.groupsMax + 1}`,
    values: parameters.values,
  });
  return {
    groups: rows.slice(0, query.groupsMax).map(toGroup),
    truncated: cut !== null || rows.length > query.groupsMax,
  };
}

/**
 * A source up to which there are at most as many rows as groups are wanted, or about as many; null where there are no more. A page needs few of a minute's rows, and
 * to add up all of them takes long. Rows of a level lie in order of source within a bucket: where there are few buckets each is asked for its own.
 */
async function findCut(session: ReadSession, query: GroupQuery): Promise<bigint | null> {
  const [only] = query.segments;
  const buckets = only && query.segments.length === 1 && only.level > 5 ? bucketsOf(only) : [];
  if (buckets.length === 0 || buckets.length > BUCKETS_MAX) return cutOf(session, query, query.groupsMax);
  const share = { ...query, groupsMax: Math.floor(query.groupsMax / buckets.length) };
  const cuts = [];
  for (const bucket of buckets) {
    const within = { ...share, segments: [bucket], raw: false };
    // Smallest ids first, as unsigned numbers: all that are not negative come before the others.
    const cut =
      (await cutOf(session, within, share.groupsMax, 'src >= 0')) ?? (await cutOf(session, within, share.groupsMax));
    if (cut !== null) cuts.push(cut);
  }
  return cuts.reduce<bigint | null>(
    (least, cut) => (least === null || unsigned(cut) < unsigned(least) ? cut : least),
    null,
  );
}

const BUCKETS_MAX = 4;
const unsigned = (id: bigint) => BigInt.asUintN(64, id);

function bucketsOf({ level, fromMs, toMs }: Segment): Segment[] {
  const stepMs = level * 1000;
  const count = Math.min(BUCKETS_MAX + 1, Math.ceil((toMs - fromMs) / stepMs));
  return Array.from({ length: count }, (_, place) => ({
    level,
    fromMs: fromMs + place * stepMs,
    toMs: fromMs + (place + 1) * stepMs,
  }));
}

async function cutOf(session: ReadSession, query: GroupQuery, rowsMax: number, and = 'true'): Promise<bigint | null> {
  const parameters = new Parameters();
  const source = sourceOf(session, { ...query, addresses: false }, parameters, and);
  const order = and === 'true' ? UNSIGNED_ORDER : 'src';
  const { rows } = await session.client.query<{ src: string }>(
    `SELECT src FROM (${source}) s ORDER BY ${order} OFFSET ${rowsMax} LIMIT 1`,
    parameters.values,
  );
  return rows[0] === undefined ? null : BigInt(rows[0].src);
}

function sourceOf(session: ReadSession, query: GroupQuery, parameters: Parameters, and = 'true'): string {
  const scope = { org: parameters.add(session.scope.orgId), cluster: parameters.add(session.scope.clusterId) };
  const where = `${query.where?.(parameters, scope) ?? 'true'} AND ${and}`;
  return sourceSql(parameters, query.segments, session.horizons, { ...query, scope, where });
}

/** Ids sort as unsigned numbers, as their hex text does; bigint is signed. */
const UNSIGNED_ORDER = 'src < 0, src';
const upTo = (source: bigint) => (source < 0n ? `(src >= 0 OR src <= ${source})` : `src BETWEEN 0 AND ${source}`);

/** Ids, kind, bucket, addresses; then nine sums in the order of {@link FACTS_SQL}. */
export type GroupRow = [string, string, string, number, number, string | null, ...number[]];

export function toGroup(row: GroupRow): Group {
  const [srcId, dstId, serviceId, kind, bucketMs, addresses, ...sums] = row;
  const at = (index: number) => sums[index] ?? 0;
  const what = unpackKind(kind);
  return {
    pair: pairKey({ srcId, dstId, ...what }),
    srcId,
    dstId,
    serviceId,
    bucketMs,
    ...what,
    facts: {
      flows: at(0),
      bytesForward: at(1),
      packetsForward: at(2),
      bytesReverse: at(3),
      packetsReverse: at(4),
      connectionsStarted: at(5),
      connectionsCompleted: at(6),
      firstSeenMs: at(7),
      lastSeenMs: at(8),
    },
    addresses: addresses ? addresses.split(' ') : [],
  };
}
