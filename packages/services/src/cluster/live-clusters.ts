import type { Tx } from '@margay/db';
import { ClusterId, OrgId } from '@margay/model';
import { z } from 'zod';
import type { Deps } from '../core/context.ts';
import { toMargayError } from '../core/map-error.ts';

const Rows = z.array(z.object({ org_id: OrgId, cluster_id: ClusterId }));

interface ClusterScope {
  readonly orgId: OrgId;
  readonly clusterId: ClusterId;
}

/** Every enrolled cluster of every organisation, by id alone: what the worker's schedules walk. What is then done for each runs in its own tenant's scope. */
export function listLiveClusters(deps: Pick<Deps, 'db'>): Promise<ClusterScope[]> {
  return listBy(deps, 'cluster.listLive', (tx) => tx.$queryRaw<unknown[]>`select * from gate.live_clusters()`);
}

/** Every demo cluster of every organisation, enrolled or not: what the worker plays. */
export function listDemoClusters(deps: Pick<Deps, 'db'>): Promise<ClusterScope[]> {
  return listBy(deps, 'cluster.listDemo', (tx) => tx.$queryRaw<unknown[]>`select * from gate.demo_clusters()`);
}

async function listBy(
  { db }: Pick<Deps, 'db'>,
  verb: string,
  ask: (tx: Tx) => Promise<unknown[]>,
): Promise<ClusterScope[]> {
  try {
    const rows = await db.inTenant({}, ask, { readOnly: true });
    return Rows.parse(rows).map((row) => ({ orgId: row.org_id, clusterId: row.cluster_id }));
  } catch (error) {
    throw toMargayError(error, { verb });
  }
}
