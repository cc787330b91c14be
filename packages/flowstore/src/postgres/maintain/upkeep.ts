import type pg from 'pg';

/** Rows of forgotten clusters that one call clears. */
const CLEARED_MAX = 50_000;
/** Dropping a partition waits for its readers, and everyone after it waits for the drop: give up soon, the next minute tries again. */
const LOCK_TIMEOUT_MS = 2_000;

/** Makes partitions ahead and drops those past retention (flow.upkeep), clears some rows of forgotten clusters, deletes peers out of use of one cluster. */
export async function upkeep(
  pool: pg.Pool,
  nowMs: number,
): Promise<{ created: readonly string[]; dropped: readonly string[]; cleared: number; deletedPeers: number }> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    const { rows } = await client.query<{ action: string; part: string }>(
      'SELECT action, part FROM flow.upkeep(to_timestamp($1::float8))',
      [nowMs / 1000],
    );
    await client.query('COMMIT');
    const { rows: cleared } = await client.query<{ count: string }>('SELECT flow.clear_forgotten($1) AS count', [
      CLEARED_MAX,
    ]);
    await client.query(
      `DELETE FROM flow.hour_stamps WHERE bucket < (SELECT horizon FROM flow.levels WHERE name = 'edge_1h')`,
    );
    const { rows: swept } = await client.query<{ deleted: string }>(
      'SELECT deleted FROM flow.sweep_peers(to_timestamp($1::float8))',
      [nowMs / 1000],
    );
    client.release();
    const parts = (action: string) => rows.filter((row) => row.action === action).map(({ part }) => part);
    return {
      created: parts('created'),
      dropped: parts('dropped'),
      cleared: Number(cleared[0]?.count ?? 0),
      deletedPeers: Number(swept[0]?.deleted ?? 0),
    };
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}
