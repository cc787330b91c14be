import { KubeError } from '../kube/client.ts';
import type { ClusterState } from '../kube/cluster.ts';
import { Loop } from './loop.ts';

/** Every namespace has a service account `default`; without it a real API server refuses pods. */
export function startServiceAccounts(state: ClusterState, fail: (error: unknown) => void): Loop {
  const loop = new Loop(async () => {
    for (const { metadata } of state.namespaces.all()) {
      if (metadata.deletionTimestamp || state.serviceAccounts.get(`${metadata.name}/default`)) continue;
      const account = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: metadata.name },
      };
      try {
        state.serviceAccounts.observe(await state.client.create(account));
      } catch (error) {
        if (!(error instanceof KubeError && (error.reason === 'AlreadyExists' || error.status === 404))) throw error;
      }
    }
  }, fail);
  state.namespaces.onChange(loop.trigger);
  state.serviceAccounts.onChange(loop.trigger);
  return loop;
}
