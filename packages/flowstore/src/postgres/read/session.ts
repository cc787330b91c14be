import type pg from 'pg';
import type { Scope } from '../../contract.ts';
import { AHEAD_MS } from '../append/admit-rows.ts';
import type { Horizons } from './plan.ts';

/** A read in one snapshot, under the tenant's row-level security. */
export interface ReadSession {
  readonly client: pg.ClientBase;
  readonly scope: Scope;
  readonly horizons: Horizons;
  /** Its flows are hidden: answer as if there were none. */
  readonly forgotten: boolean;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Runs `work` in one read-only snapshot: levels, cursor and raw rows belong together, whatever the roll-up does meanwhile. */
export async function inSnapshot<T>(
  pool: pg.Pool,
  scope: Scope,
  work: (session: ReadSession) => Promise<T>,
): Promise<T> {
  if (!UUID.test(scope.orgId) || !UUID.test(scope.clusterId)) throw new Error('a scope is two UUIDs');
  const client = await pool.connect();
  let broken: Error | boolean = false;
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
      SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL app.org = '${scope.orgId}'`);
    return await work(await openSession(client, scope));
  } catch (error) {
    broken = error instanceof Error ? error : true;
    throw error;
  } finally {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(broken || true),
    );
  }
}

async function openSession(client: pg.ClientBase, scope: Scope): Promise<ReadSession> {
  const { rows } = await client.query<Horizons & { forgotten: boolean }>({
    name: 'flow-session',
    text: `SELECT (extract(epoch FROM c.rolled_to) * 1000)::float8 AS "rolledToMs", h.*,
        EXISTS (SELECT FROM flow.forgotten f WHERE f.org_id = $1 AND f.cluster_id = $2) AS forgotten
      FROM flow.cursor c, (
        SELECT max(ms) FILTER (WHERE name = 'flow_5s') AS "rawMs", max(ms) FILTER (WHERE name = 'flow_1m') AS "minuteMs",
          max(ms) FILTER (WHERE name = 'flow_1h') AS "hourMs"
        FROM (SELECT name, (extract(epoch FROM horizon) * 1000)::float8 AS ms FROM flow.levels) l) h`,
    values: [scope.orgId, scope.clusterId],
  });
  const [row] = rows;
  if (!row) throw new Error('the flow store has no cursor: run the migrations');
  const { forgotten, ...horizons } = row;
  return {
    client,
    scope,
    horizons: {
      ...horizons,
      rawMs: horizons.rawMs === 0 ? 0 : Math.ceil((horizons.rawMs + AHEAD_MS) / 60_000) * 60_000,
    },
    forgotten,
  };
}
