import { RAW_SQL } from '../raw-sql.ts';

const SUMS = ['flows', 'bytes_fwd', 'packets_fwd', 'bytes_rev', 'packets_rev', 'started', 'completed'];
const FACTS = [...SUMS, 'first_seen_ms', 'last_seen_ms'];

const addUp = `${SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ')}, min(first_seen_ms) AS first_seen_ms, max(last_seen_ms) AS last_seen_ms`;

/** The algebra once more, as an upsert: what is there and what comes add up, whatever came first. */
function upsert(
  table: string,
  key: readonly string[],
  { addresses, touched }: { addresses: boolean; touched: boolean },
): string {
  const merged = [
    ...SUMS.map((name) => `${name} = t.${name} + excluded.${name}`),
    'first_seen_ms = least(t.first_seen_ms, excluded.first_seen_ms)',
    'last_seen_ms = greatest(t.last_seen_ms, excluded.last_seen_ms)',
    ...(addresses ? ['addresses = flow.merge_addresses(t.addresses, excluded.addresses)'] : []),
    ...(touched ? ['touched_at = excluded.touched_at'] : []),
  ];
  const columns = [...key, ...FACTS, ...(addresses ? ['addresses'] : []), ...(touched ? ['touched_at'] : [])].join(
    ', ',
  );
  return `INSERT INTO ${table} AS t (${columns}) SELECT ${columns} FROM
    (SELECT ${key.map((name) => (name === 'bucket' ? `${bucketOf(table)} AS bucket` : name)).join(', ')}, ${addUp}${addresses ? ', flow.union_addresses(addresses) AS addresses' : ''}${touched ? ', to_timestamp($2::float8) AS touched_at' : ''}
     FROM minutes WHERE ${bucketOf(table)} >= (SELECT horizon FROM flow.levels WHERE name = '${table.slice(5)}')
     GROUP BY ${key.map((name) => (name === 'bucket' ? bucketOf(table) : name)).join(', ')}) s
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${merged.join(', ')}`;
}

function bucketOf(table: string): string {
  return table === 'flow.flow_1m' ? 'bucket' : `date_bin('1 hour', bucket, 'epoch')`;
}

const KEY = ['org_id', 'cluster_id', 'bucket', 'src', 'dst', 'kind', 'service'];
const arrived = 'received_at >= to_timestamp($1::float8) AND received_at < to_timestamp($2::float8)';

/** Statements of the roll-up; $1 and $2 are the closed range of arrival, epoch seconds. */
export const ROLL_UP_SQL = {
  /** Late data may fall where no partition stands (any more): made again unless it is past the level's horizon. */
  ensurePartitions: `SELECT flow.ensure_partition(level, bucket) FROM (
      SELECT DISTINCT l.name AS level, date_bin(l.step, to_timestamp(w.window_no * 5::float8), 'epoch') AS bucket
      FROM (SELECT DISTINCT window_no FROM ${RAW_SQL} WHERE ${arrived}) w, flow.levels l WHERE l.name <> 'flow_5s') b
    WHERE bucket >= (SELECT horizon FROM flow.levels WHERE name = level)`,
  rollUp: `WITH minutes AS MATERIALIZED (
      SELECT org_id, cluster_id, to_timestamp(floor(window_no / 12) * 60::float8) AS bucket, src, dst, kind, service, trace,
        ${addUp},
        coalesce(flow.union_addresses(nullif(addresses, '')), '') AS addresses
      FROM ${RAW_SQL} WHERE ${arrived}
      GROUP BY org_id, cluster_id, window_no / 12, src, dst, kind, service, trace
    ), into_1m AS (${upsert('flow.flow_1m', [...KEY, 'trace'], { addresses: true, touched: false })}
    ), into_1h AS (${upsert('flow.flow_1h', [...KEY, 'trace'], { addresses: true, touched: false })}
    ), into_edges AS (${upsert('flow.edge_1h', KEY, { addresses: false, touched: true })}
    ), into_frontiers AS (
      INSERT INTO flow.frontiers AS t
      SELECT org_id, cluster_id, sum(rows)::float8, min(first_seen_ms), max(last_seen_ms) FROM flow.batches
      WHERE ${arrived} AND first_seen_ms IS NOT NULL GROUP BY org_id, cluster_id
      ON CONFLICT (org_id, cluster_id) DO UPDATE SET rows = t.rows + excluded.rows,
        first_seen_ms = least(t.first_seen_ms, excluded.first_seen_ms), last_seen_ms = greatest(t.last_seen_ms, excluded.last_seen_ms)
    ), into_stamps AS (
      INSERT INTO flow.hour_stamps AS t
      SELECT DISTINCT org_id, cluster_id, date_bin('1 hour', bucket, 'epoch'), to_timestamp($2::float8) FROM minutes
      ON CONFLICT (org_id, cluster_id, bucket) DO UPDATE SET touched_at = greatest(t.touched_at, excluded.touched_at)
    ), moved AS (
      UPDATE flow.cursor SET rolled_to = to_timestamp($2::float8)
    ) SELECT coalesce(sum(flows), 0) AS rows FROM minutes`,
} as const;
