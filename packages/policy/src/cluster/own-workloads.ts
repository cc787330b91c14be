import type { ClusterInput, OwnerRef, PodInput, PodShape, WorkloadInput } from './cluster-input.ts';

/** A workload before its pods are made. */
export interface WorkloadDraft {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: PodInput[];
  /** Of the workload itself, or of the newest thing it owns. */
  template: PodShape | null;
}

const CHAIN_MAX = 8;

/**
 * Groups pods by what owns them in the end: a ReplicaSet's pods are its Deployment's, a Job's its CronJob's. Where the ReplicaSet itself is not
 * in the input, its name tells (`<deployment>-<pod-template-hash>`, Kubernetes documentation, Deployments).
 */
export function ownWorkloads(input: Pick<ClusterInput, 'pods' | 'workloads'>): WorkloadDraft[] {
  const objects = new Map(input.workloads.map((one) => [keyOf(one.namespace, one), one]));
  const drafts = new Map<string, WorkloadDraft>();
  const draftOf = (namespace: string, { kind, name }: OwnerRef): WorkloadDraft => {
    const key = keyOf(namespace, { kind, name });
    const draft = drafts.get(key) ?? { namespace, kind, name, pods: [], template: null };
    drafts.set(key, draft);
    return draft;
  };
  for (const workload of input.workloads) {
    const draft = draftOf(workload.namespace, rootOf(workload.namespace, workload, objects));
    const isRoot = draft.kind === workload.kind && draft.name === workload.name;
    if (isRoot || draft.template === null) draft.template = workload.template ?? draft.template;
  }
  for (const pod of input.pods) draftOf(pod.namespace, ownerOf(pod, objects)).pods.push(pod);
  return [...drafts.values()].filter(({ pods, template }) => pods.length > 0 || template !== null);
}

type Objects = ReadonlyMap<string, WorkloadInput>;

/** Names come from a cluster that may be hostile: no separator of ours may be faked within them. */
const keyOf = (namespace: string, { kind, name }: OwnerRef) => JSON.stringify([namespace, kind, name]);

function rootOf(namespace: string, start: OwnerRef, objects: Objects): OwnerRef {
  let current = start;
  for (let step = 0; step < CHAIN_MAX; step++) {
    const owner = objects.get(keyOf(namespace, current))?.owner;
    if (owner === null || owner === undefined) break;
    current = owner;
  }
  return current;
}

function ownerOf(pod: PodInput, objects: Objects): OwnerRef {
  if (pod.owner === null) return { kind: 'Pod', name: pod.name };
  const root = rootOf(pod.namespace, pod.owner, objects);
  const suffix = `-${pod.labels.get('pod-template-hash') ?? ''}`;
  if (root.kind !== 'ReplicaSet' || suffix === '-' || !root.name.endsWith(suffix)) return root;
  const deployment = { kind: 'Deployment', name: root.name.slice(0, -suffix.length) };
  return objects.has(keyOf(pod.namespace, deployment)) ? deployment : root;
}
