import type { TimeRange } from '../../contract.ts';
import type { Horizons } from './plan.ts';
import type { ReadSession } from './session.ts';

/** Raw rows that one answer may read. They lie in order of arrival, and late ones may have arrived at any time since. */
const RAW_ROWS_MAX = 300_000;
/** The same of rows by the minute, of which there are at most as many. */
const MINUTE_ROWS_MAX = 1_000_000;

/** Most rows of a range have arrived so long after its end. */
const ARRIVES_WITHIN_MS = 60_000;

/** What `range` may be read from: finer levels give the better picture, unless they hold so much that nobody would wait for it. The un-rolled tail is read in any case. */
export async function affordableHorizons(session: ReadSession, { fromMs, toMs }: TimeRange): Promise<Horizons> {
  const { client, scope, horizons } = session;
  if (fromMs < horizons.minuteMs) return horizons;
  const { rows } = await client.query<{ all: number; since: number }>({
    name: 'flow-raw-rows',
    text: `SELECT coalesce(sum(rows) FILTER (WHERE received_at < to_timestamp($4::float8 / 1000)), 0)::float8 AS all,
        coalesce(sum(rows), 0)::float8 AS since FROM flow.batches
      WHERE org_id = $1 AND cluster_id = $2 AND received_at >= to_timestamp($3::float8 / 1000)`,
    values: [scope.orgId, scope.clusterId, fromMs, toMs + ARRIVES_WITHIN_MS],
  });
  const { all = 0, since = 0 } = rows[0] ?? {};
  return {
    ...horizons,
    ...(since > RAW_ROWS_MAX && { rawMs: Number.POSITIVE_INFINITY }),
    ...(all > MINUTE_ROWS_MAX && { minuteMs: Number.POSITIVE_INFINITY }),
  };
}
