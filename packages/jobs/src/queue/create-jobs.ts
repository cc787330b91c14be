import type { ClusterId, OrgId } from '@margay/model';
import type { JobQueue, QueueBackend } from './queue-backend.ts';

export interface Jobs {
  /** Puts the cluster's recommendations in the queue; one that waits already is enough. */
  requestRecommendations(scope: { readonly orgId: OrgId; readonly clusterId: ClusterId }): Promise<void>;
  close(): Promise<void>;
}

/** Id of the one job that a cluster has at a time (BullMQ allows no colon in it). */
export function recommendJobId(clusterId: ClusterId): string {
  return `recommend-${clusterId}`;
}

/** What verbs need of the queues. The connection opens with the first use. */
export function createJobs(backend: QueueBackend): Jobs {
  let queue: JobQueue<'recommend'> | undefined;
  return {
    requestRecommendations: async ({ orgId, clusterId }) => {
      queue ??= backend.queue('recommend');
      await queue.add('cluster', { orgId, clusterId }, { id: recommendJobId(clusterId) });
    },
    close: async () => {
      await queue?.close();
    },
  };
}
