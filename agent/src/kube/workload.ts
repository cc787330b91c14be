import { type Inventory, InventoryWorkload, identityLabels } from '@margay/model';
import { RawWorkload } from './raw.ts';

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'Job' | 'CronJob';

/**
 * A parser of one kind of workload. A ReplicaSet or Job that something else controls gives null: its owner stands for it.
 *
 * @throws ZodError (from the parser) for an object outside Kubernetes' own bounds.
 */
export function workloadParser(kind: WorkloadKind): (object: unknown) => Inventory['workloads'][number] | null {
  return (object) => {
    const { metadata, spec } = RawWorkload.parse(object);
    const isPart = kind === 'ReplicaSet' || kind === 'Job';
    if (isPart && metadata.ownerReferences.some((owner) => owner.controller)) return null;
    const template = kind === 'CronJob' ? spec.jobTemplate?.spec?.template : spec.template;
    return InventoryWorkload.parse({
      namespace: metadata.namespace,
      kind,
      name: metadata.name,
      labels: identityLabels(template?.metadata?.labels ?? {}),
      replicas: spec.replicas ?? null,
    });
  };
}
