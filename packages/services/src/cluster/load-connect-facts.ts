import type { Tx } from '@margay/db';
import type { FlowStore } from '@margay/flowstore';
import { type ClusterId, MargayError, type OrgId } from '@margay/model';
import { InventoryUpload } from '@margay/wire';
import type { z } from 'zod';
import { AgentView, type ClusterView, type ConnectStateOutput } from '../inputs/cluster.ts';
import { isAlive, loadClusterViews } from './load-views.ts';

export interface ConnectFacts {
  readonly now: Date;
  readonly cluster: ClusterView;
  readonly enrolledAt: Date | null;
  readonly token: ConnectStateOutput['token'] & { readonly createdAt: Date | null; readonly trouble: string | null };
  readonly agents: readonly {
    readonly role: string;
    readonly node: string;
    readonly alive: boolean;
    readonly firstSeenAt: Date;
    readonly taps: z.output<typeof AgentView>['taps'];
  }[];
  readonly inventory: { readonly receivedAt: Date; readonly problems: InventoryUpload['problems'] } | null;
  readonly firstFlowMs: number | null;
}

/** All that the checklist is worked out from. */
export async function loadConnectFacts(
  where: { db: Tx; orgId: OrgId; flowStore: FlowStore; now: Date },
  clusterId: ClusterId,
): Promise<ConnectFacts> {
  const { db, orgId, flowStore, now } = where;
  const scope = { orgId, clusterId };
  const [cluster] = await loadClusterViews(where, clusterId);
  if (!cluster) throw new MargayError('NOT_FOUND', 'there is no such cluster');
  const row = await db.cluster.findUniqueOrThrow({ where: { orgId_id: { orgId, id: clusterId } } });
  const token = await db.installToken.findFirst({ where: scope, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
  const agents = await db.agent.findMany({ where: scope, orderBy: { node: 'asc' } });
  const inventory = await db.clusterInventory.findUnique({
    where: { orgId_clusterId: scope },
    select: { receivedAt: true, problems: true },
  });
  const { firstMs } = await flowStore.frontier(scope);
  return {
    now,
    cluster,
    enrolledAt: row.enrolledAt,
    token: {
      state: !token ? 'none' : token.usedAt ? 'used' : token.expiresAt <= now ? 'expired' : 'unused',
      createdAt: token?.createdAt ?? null,
      trouble: token?.trouble ?? null,
      expiresAt: token?.expiresAt ?? null,
      usedAt: token?.usedAt ?? null,
    },
    agents: agents.map(({ role, node, firstSeenAt, lastSeenAt, taps }) => ({
      role,
      node,
      firstSeenAt,
      alive: isAlive(lastSeenAt.getTime(), now),
      taps: AgentView.shape.taps.parse(taps),
    })),
    inventory: inventory && {
      receivedAt: inventory.receivedAt,
      problems: InventoryUpload.shape.problems.parse(inventory.problems),
    },
    firstFlowMs: firstMs,
  };
}
