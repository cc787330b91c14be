import { pathOf } from '../kube/client.ts';
import type { ClusterState } from '../kube/cluster.ts';
import { isRecord, type KubeObject } from '../kube/objects.ts';
import { RESOURCES } from '../kube-api/resources.ts';
import { Loop } from './loop.ts';

/** Deletes what has lost its owner, and empties namespaces that are being deleted. */
export function startGarbageCollector(state: ClusterState, fail: (error: unknown) => void): Loop {
  const owners = [
    state.deployments,
    state.replicaSets,
    state.statefulSets,
    state.daemonSets,
    state.jobs,
    state.cronJobs,
    state.services,
  ];
  const owned = [state.pods, state.replicaSets, state.jobs, state.endpointSlices];
  const loop = new Loop(async () => {
    const alive = new Set(
      owners.flatMap((informer) => informer.all().map((object: KubeObject) => object.metadata.uid)),
    );
    const orphans = owned
      .flatMap((informer): KubeObject[] => informer.all())
      .filter(({ metadata }) => !metadata.deletionTimestamp && (metadata.ownerReferences?.length ?? 0) > 0)
      .filter(({ metadata }) =>
        metadata.ownerReferences?.every((owner) => isKnownKind(owner.kind) && !alive.has(owner.uid)),
      );
    await Promise.all(orphans.map((orphan) => state.client.delete(orphan)));
    for (const namespace of state.namespaces.all())
      if (namespace.metadata.deletionTimestamp) await emptyNamespace(state, namespace);
  }, fail);
  for (const informer of [...owners, ...owned, state.namespaces]) informer.onChange(loop.trigger);
  return loop;
}

const isKnownKind = (kind: string) =>
  ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Service'].includes(kind);

async function emptyNamespace(state: ClusterState, namespace: KubeObject): Promise<void> {
  const { name } = namespace.metadata;
  let left = 0;
  for (const resource of RESOURCES.filter((candidate) => candidate.namespaced)) {
    const { items } = await state.client.list(resource, name);
    left += items.length;
    for (const item of items) if (!item.metadata.deletionTimestamp) await state.client.delete(item);
  }
  // Pods still end; the next change comes back here.
  if (left > 0) return;
  const resource = RESOURCES.find((candidate) => candidate.plural === 'namespaces');
  if (!resource) return;
  const spec = { ...(isRecord(namespace.spec) ? namespace.spec : {}), finalizers: [] };
  await state.client.send('PUT', pathOf(resource, undefined, name, 'finalize'), { ...namespace, spec });
}
