import type { ClusterState } from '../kube/cluster.ts';
import { startCronJobs } from './cron-jobs.ts';
import { startEndpointSlices } from './endpoint-slices.ts';
import { startGarbageCollector } from './garbage.ts';
import { startReplicas } from './replicas.ts';
import { startServiceAccounts } from './service-accounts.ts';

/** What a cluster's controller manager does, as much as the lab needs of it. */
export function startControllers(
  state: ClusterState,
  nodeName: string,
  fail: (error: unknown) => void,
): { stop(): Promise<void> } {
  const loops = [
    startServiceAccounts(state, fail),
    startReplicas(state, nodeName, fail),
    startCronJobs(state, nodeName, fail),
    startEndpointSlices(state, fail),
    startGarbageCollector(state, fail),
  ];
  for (const loop of loops) loop.trigger();
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
