import { z } from 'zod';
import type { KubeClient } from '../kube/client.ts';

export interface ClusterFacts {
  /** Uid of namespace kube-system: the cluster's own id, as it lives exactly as long. */
  readonly clusterUid: string;
  /** `v1.34.4`, or empty where the server does not say. */
  readonly kubernetesVersion: string;
  readonly nodes: number;
}

const System = z.object({ metadata: z.object({ uid: z.string().min(1) }) });
const Version = z.object({ gitVersion: z.string() });
const Nodes = z.object({
  metadata: z.object({ remainingItemCount: z.number().optional() }),
  items: z.array(z.unknown()).nullish(),
});
const NODES_MAX = 10_000;

/** @throws as {@link KubeClient.json} does when namespace kube-system cannot be read. */
export async function readClusterFacts(client: KubeClient): Promise<ClusterFacts> {
  const { metadata } = System.parse(await client.json('/api/v1/namespaces/kube-system'));
  const version = Version.safeParse(await client.json('/version').catch(() => null));
  return {
    clusterUid: metadata.uid,
    kubernetesVersion: version.success ? version.data.gitVersion.slice(0, 64) : '',
    nodes: await countNodes(client),
  };
}

async function countNodes(client: KubeClient): Promise<number> {
  const page = Nodes.safeParse(await client.json('/api/v1/nodes', { query: { limit: '1' } }).catch(() => null));
  if (!page.success) return 0;
  return Math.min(NODES_MAX, (page.data.items ?? []).length + (page.data.metadata.remainingItemCount ?? 0));
}
