import { Heartbeat } from '@margay/wire';
import { TELEMETRY } from '../core/audit.ts';
import { requireCluster } from '../core/require-cluster.ts';
import { verb } from '../core/verb.ts';
import { Done } from '../inputs/account.ts';
import { summariseTaps } from './summarise-taps.ts';

export const recordHeartbeat = verb({
  name: 'agent.recordHeartbeat',
  kind: 'write',
  needs: 'agent',
  input: Heartbeat,
  output: Done,
  run: async ({ db, orgId, actor, input, ctx }) => {
    const { clusterId } = actor;
    await requireCluster(db, orgId, clusterId);
    const { role, node, bootId, agentVersion, kernel, dataplane, rssBytes, cpuSeconds } = input;
    const latest = {
      ...{ bootId, agentVersion, kernel, dataplane, rssBytes, cpuSeconds },
      taps: summariseTaps(input.taps),
      spoolBytes: input.spool.bytes,
      lastSeenAt: ctx.now,
    };
    await db.agent.upsert({
      where: { orgId_clusterId_role_node: { orgId, clusterId, role, node } },
      create: { orgId, clusterId, role, node, firstSeenAt: ctx.now, ...latest },
      update: latest,
      select: { node: true },
    });
    return { result: { done: true as const }, audit: TELEMETRY };
  },
});
