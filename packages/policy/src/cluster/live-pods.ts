import type { Member, Pod, Workload } from '../model/cluster.ts';
import { compareBytes } from '../order/compare-bytes.ts';
import type { LabelLookup } from '../selector/selector.ts';
import type { AddressIndex } from './address-index.ts';
import type { PodInput } from './cluster-input.ts';
import { podOf } from './pod-of.ts';

/** The pods of a live cluster, by namespace. */
export interface LivePods {
  /** Gives the pod that was there before and is no more what it was; none where it is new. */
  readonly put: (change: {
    readonly namespace: string;
    readonly name: string;
    readonly pod: PodInput | null;
  }) => readonly Pod[];
  /** Makes all pods of a namespace anew, as its labels changed; gives those that were. */
  readonly remake: (namespace: string) => readonly Pod[];
  readonly all: () => readonly Pod[];
  readonly workloads: () => readonly Workload[];
  readonly find: (namespace: string, name: string) => Pod | undefined;
  readonly workload: (namespace: string, kind: string, name: string) => Workload | undefined;
  /** Where two pods claim one address, the same of them whatever came first. */
  readonly first: (members: readonly Member[]) => Pod | undefined;
}
export interface PodSurroundings {
  readonly members: AddressIndex<Member>;
  readonly labelsOf: (pod: PodInput) => LabelLookup;
  readonly profileOf: (namespace: string) => string | null;
}

interface Entry {
  readonly input: PodInput;
  readonly pod: Pod;
}
interface GrowingWorkload extends Workload {
  readonly pods: Pod[];
}

export function createLivePods({ members, labelsOf, profileOf }: PodSurroundings): LivePods {
  const byNamespace = new Map<string, Map<string, Entry>>();
  const workloads = new Map<string, GrowingWorkload>();
  const keyOf = (namespace: string, kind: string, name: string) => JSON.stringify([namespace, kind, name]);

  const take = (namespace: string, name: string): readonly Pod[] => {
    const entry = byNamespace.get(namespace)?.get(name);
    if (entry === undefined) return [];
    const { pod } = entry;
    byNamespace.get(namespace)?.delete(name);
    if (pod.isGoverned) members.remove({ ranges: pod.ranges, value: pod });
    const { workload } = pod;
    const owned = workloads.get(keyOf(workload.namespace, workload.kind, workload.name))?.pods ?? [];
    const place = owned.indexOf(pod);
    if (place >= 0) owned.splice(place, 1);
    if (owned.length === 0) workloads.delete(keyOf(workload.namespace, workload.kind, workload.name));
    return [pod];
  };
  const give = (input: PodInput) => {
    const { namespace, name } = input;
    const owner = input.owner ?? { kind: 'Pod', name };
    const key = keyOf(namespace, owner.kind, owner.name);
    const workload = workloads.get(key) ?? { namespace, kind: owner.kind, name: owner.name, pods: [] };
    workloads.set(key, workload);
    const pod = podOf(input, { workload, labels: labelsOf(input), profile: profileOf(namespace) });
    workload.pods.push(pod);
    if (pod.isGoverned) members.add({ ranges: pod.ranges, value: pod });
    const inNamespace = byNamespace.get(namespace) ?? new Map<string, Entry>();
    byNamespace.set(namespace, inNamespace.set(name, { input, pod }));
  };
  const all = () => [...byNamespace.values()].flatMap((entries) => [...entries.values()].map(({ pod }) => pod));
  return {
    all,
    put: ({ namespace, name, pod }) => {
      const gone = take(namespace, name);
      if (pod !== null) give(pod);
      return gone;
    },
    remake: (namespace) => {
      const entries = [...(byNamespace.get(namespace)?.values() ?? [])];
      const gone = entries.flatMap(({ pod }) => take(namespace, pod.name));
      for (const { input } of entries) give(input);
      return gone;
    },
    workloads: () => [...workloads.values()],
    find: (namespace, name) => byNamespace.get(namespace)?.get(name)?.pod,
    workload: (namespace, kind, name) => workloads.get(keyOf(namespace, kind, name)),
    first: (found) =>
      found.filter((member): member is Pod => member.kind === 'Pod').reduce<Pod | undefined>(earlier, undefined),
  };
}

/** As `buildCluster` sorts them. */
function earlier(best: Pod | undefined, pod: Pod): Pod {
  if (best === undefined) return pod;
  const order =
    compareBytes(pod.namespace, best.namespace) ||
    compareBytes(pod.workload.name, best.workload.name) ||
    compareBytes(pod.workload.kind, best.workload.kind) ||
    compareBytes(pod.name, best.name);
  return order < 0 ? pod : best;
}
