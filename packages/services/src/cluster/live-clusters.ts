import { ClusterId, OrgId } from '@margay/model';
import { z } from 'zod';
import type { Deps } from '../core/context.ts';
import { toMargayError } from '../core/map-error.ts';

const Rows = z.array(z.object({ org_id: OrgId, cluster_id: ClusterId }));

/** Every enrolled cluster of every organisation, by id alone: what the worker's schedules walk. What is then done for each runs in its own tenant's scope. */
export async function listLiveClusters(deps: Pick<Deps, 'db'>): Promise<{ orgId: OrgId; clusterId: ClusterId }[]> {
  try {
    const rows = await deps.db.inTenant({}, (tx) => tx.$queryRaw<unknown[]>`select * from gate.live_clusters()`, {
      readOnly: true,
    });
    return Rows.parse(rows).map((row) => ({ orgId: row.org_id, clusterId: row.cluster_id }));
  } catch (error) {
    throw toMargayError(error, { verb: 'cluster.listLive' });
  }
}
