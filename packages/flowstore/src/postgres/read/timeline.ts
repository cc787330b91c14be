import type { TimelinePoint, TimeRange } from '../../contract.ts';
import { affordableHorizons } from './affordable.ts';
import { type ReadMemory, readPairs } from './edges.ts';
import { settledPart } from './hour-memory.ts';
import { chooseLevel, type Segment } from './plan.ts';
import { Remembered } from './remembered.ts';
import type { ReadSession } from './session.ts';
import { Parameters, type SourceOptions, sourceSql } from './sources.ts';

const GROUPS_MAX = 100_000;
const MERGED_KIND = '(kind & ~11)';

/** Points of hours that are over; a few numbers each. */
const REMEMBERED_MAX = 100_000;

export type Points = readonly Omit<TimelinePoint, 'lost'>[];
export const rememberedPoints = () => new Remembered<Points>(REMEMBERED_MAX, (points) => points.length);

/**
 * Traffic over time. Which end is believed is decided over the whole range (by the hour: over the hours that are over, and over the rest), then that end's rows are
 * counted by bucket.
 */
export async function readTimeline(
  session: ReadSession,
  memory: ReadMemory & { readonly points: Remembered<Points> },
  range: TimeRange,
  points: number,
): Promise<{ resolutionSeconds: number; points: readonly TimelinePoint[] }> {
  const level = chooseLevel(range, await affordableHorizons(session, range));
  const levelMs = level * 1000;
  const stepMs = Math.max(levelMs, Math.ceil((range.toMs - range.fromMs) / points / levelMs) * levelMs);
  const fromMs = Math.floor(range.fromMs / stepMs) * stepMs;
  const toMs = Math.ceil(range.toMs / stepMs) * stepMs;
  const whole: Segment = { level, fromMs, toMs };
  const { pairs, explained } = await readPairs(session, memory, { segments: [whole], groupsMax: GROUPS_MAX });
  const hidden = [...explained.keys()].filter((key) => !pairs.has(key)).map(parseKey);
  const read = (segments: readonly Segment[], options: { levels?: readonly Segment[]; raw?: boolean } = {}) =>
    readPoints(session, segments, hidden, { ...options, bucketSeconds: stepMs / 1000 });

  const past = settledPart(whole, session);
  const counted =
    level === 3600
      ? [
          ...(await memory.points.get(session, past, `by ${stepMs}`, () => read([past], { raw: false }))),
          ...(await read([whole], { levels: [{ ...whole, fromMs: past.toMs }] })),
        ]
      : await read([whole]);
  const lost = await readLost(session, fromMs, toMs, stepMs);
  const all = new Map<number, TimelinePoint>();
  for (let startMs = fromMs; startMs < toMs; startMs += stepMs)
    all.set(startMs, { startMs, connections: 0, denied: 0, bytes: 0, lost: lost.get(startMs) ?? 0 });
  for (const { startMs, connections, denied, bytes } of counted) {
    const at = all.get(startMs);
    if (!at) continue;
    all.set(startMs, {
      ...at,
      connections: at.connections + connections,
      denied: at.denied + denied,
      bytes: at.bytes + bytes,
    });
  }
  return { resolutionSeconds: stepMs / 1000, points: [...all.values()] };
}

async function readPoints(
  session: ReadSession,
  segments: readonly Segment[],
  hidden: readonly HiddenPair[],
  options: Pick<SourceOptions, 'levels' | 'raw' | 'bucketSeconds'>,
): Promise<Points> {
  const parameters = new Parameters();
  const scope = { org: parameters.add(session.scope.orgId), cluster: parameters.add(session.scope.clusterId) };
  const common = { ...options, scope, where: 'true', addresses: false };
  const source = sourceSql(parameters, segments, session.horizons, common);
  const { rows } = await session.client.query<Points[number]>(
    `WITH hidden AS (
      SELECT * FROM unnest(${parameters.add(hidden.map((h) => h.src))}::bigint[], ${parameters.add(hidden.map((h) => h.dst))}::bigint[],
        ${parameters.add(hidden.map((h) => h.kind))}::int[]) h (src, dst, pair)
    ), grouped AS (
      SELECT src, dst, ${MERGED_KIND} AS pair, (kind >> 3) & 1 AS reporter, bucket_ms,
        sum(packets_fwd + packets_rev) AS packets, sum(started) AS started, sum(bytes_fwd + bytes_rev) AS bytes
      FROM (${source}) s GROUP BY 1, 2, 3, 4, 5
    ), judged AS (
      SELECT *, coalesce(sum(packets) FILTER (WHERE reporter = 0) OVER pairs, -1) AS at_src,
        coalesce(sum(packets) FILTER (WHERE reporter = 1) OVER pairs, -1) AS at_dst
      FROM grouped WHERE (src, dst, pair) NOT IN (SELECT src, dst, pair FROM hidden)
      WINDOW pairs AS (PARTITION BY src, dst, pair)
    )
    SELECT bucket_ms AS "startMs", sum(started) AS connections, sum(bytes) AS bytes,
      coalesce(sum(started) FILTER (WHERE (pair >> 2) & 1 = 1), 0) AS denied
    FROM judged WHERE reporter = CASE WHEN at_src >= 0 AND at_dst <= at_src * 1.1 THEN 0 ELSE 1 END
    GROUP BY bucket_ms`,
    parameters.values,
  );
  return rows;
}

/** A loss counts in the bucket where it began; one that began earlier, in the first. */
async function readLost(
  { client, scope }: ReadSession,
  fromMs: number,
  toMs: number,
  stepMs: number,
): Promise<Map<number, number>> {
  const { rows } = await client.query<{ bucket: number; count: number }>(
    `SELECT floor(greatest(since_ms, $3::float8) / $5::float8) * $5::float8 AS bucket, sum(count) AS count FROM flow.losses
      WHERE org_id = $1 AND cluster_id = $2 AND until_ms >= $3 AND since_ms < $4 GROUP BY 1`,
    [scope.orgId, scope.clusterId, fromMs, toMs, stepMs],
  );
  return new Map(rows.map(({ bucket, count }) => [bucket, count]));
}

interface HiddenPair {
  readonly src: string;
  readonly dst: string;
  readonly kind: number;
}

function parseKey(key: string): HiddenPair {
  const [ids = '', protocol = '', port = '', action] = key.split('.');
  const signed = (hex: string) => BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
  return {
    src: signed(ids.slice(0, 16)),
    dst: signed(ids.slice(16)),
    kind: (Number(protocol) << 20) | (Number(port) << 4) | (action === 'deny' ? 4 : 0),
  };
}
