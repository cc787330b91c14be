import type { TimeRange } from '../../contract.ts';
import type { Horizons } from './plan.ts';
import type { ReadSession } from './session.ts';

/** Raw rows that one answer may read. They lie in order of arrival, and late ones may have arrived at any time since. */
const RAW_ROWS_MAX = 300_000;

/** What `range` may be read from: raw rows give the finest picture, unless there are so many that nobody would wait for it. The un-rolled tail is read in any case. */
export async function affordableHorizons(session: ReadSession, range: TimeRange): Promise<Horizons> {
  const { client, scope, horizons } = session;
  if (range.fromMs < horizons.rawMs) return horizons;
  const { rows } = await client.query<{ rows: number }>({
    name: 'flow-raw-rows',
    text: `SELECT coalesce(sum(rows), 0)::float8 AS rows FROM flow.batches
      WHERE org_id = $1 AND cluster_id = $2 AND received_at >= to_timestamp($3::float8 / 1000)`,
    values: [scope.orgId, scope.clusterId, range.fromMs],
  });
  return (rows[0]?.rows ?? 0) > RAW_ROWS_MAX ? { ...horizons, rawMs: Number.POSITIVE_INFINITY } : horizons;
}
