import type { ReadSession } from './session.ts';

export interface Frontier {
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly rows: number;
}

/** First and last event of the cluster and its rows: what the roll-up noted, and batches that came since. */
export async function readFrontier({ client, scope, horizons }: ReadSession): Promise<Frontier> {
  const { rows } = await client.query<Frontier>({
    name: 'flow-frontier',
    text: `SELECT min(first_seen_ms) AS "firstMs", max(last_seen_ms) AS "lastMs", coalesce(sum(rows), 0) AS rows FROM (
        SELECT first_seen_ms, last_seen_ms, rows FROM flow.frontiers WHERE org_id = $1 AND cluster_id = $2
        UNION ALL
        SELECT first_seen_ms, last_seen_ms, rows::float8 FROM flow.batches
        WHERE org_id = $1 AND cluster_id = $2 AND received_at >= to_timestamp($3::float8 / 1000)) f`,
    values: [scope.orgId, scope.clusterId, horizons.rolledToMs],
  });
  return rows[0] ?? { firstMs: null, lastMs: null, rows: 0 };
}
