import { identityLabels } from '@margay/model';
import type { Workload } from '../inventory/cluster-index.ts';
import type { Labels } from '../selector/matches-selector.ts';

/** A label set that occurs in a namespace, and the workload it belongs to. */
export interface Bearer {
  readonly owner: string;
  readonly labels: Labels;
}

/** Everything a selector of one namespace can meet. */
export interface LabelSpace {
  /** What the workload's current pods carry: what a selector for it must match. */
  readonly current: (owner: string) => readonly Labels[];
  /** Bearers whose label `key` is one of `values`. */
  readonly carrying: (key: string, values: readonly string[]) => readonly Bearer[];
  readonly all: readonly Bearer[];
}

export function createLabelSpace(workloads: readonly Workload[]): LabelSpace {
  const all = workloads.flatMap(bearersOf);
  const current = new Map(workloads.map((workload) => [workload.key, currentLabels(workload)]));
  const index = new Map<string, Map<string, Bearer[]>>();
  for (const bearer of all) {
    for (const [key, value] of Object.entries(bearer.labels)) {
      const byValue = index.get(key) ?? new Map<string, Bearer[]>();
      index.set(key, byValue);
      const bearers = byValue.get(value) ?? [];
      byValue.set(value, bearers);
      bearers.push(bearer);
    }
  }
  return {
    all,
    current: (owner) => current.get(owner) ?? [],
    carrying: (key, values) => values.flatMap((value) => index.get(key)?.get(value) ?? []),
  };
}

/** Whether a pod still runs: one that finished says nothing of what its workload looks like now. */
export function isRunning(pod: { readonly phase: string }): boolean {
  return pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

/** The pods that run; where none does (a CronJob between runs) the template, else what is left of pods. */
function currentLabels(workload: Workload): Labels[] {
  const running = workload.pods.filter(isRunning);
  if (running.length > 0) return distinct(running.map(({ labels }) => identityLabels(labels)));
  if (workload.templateLabels !== null) return [identityLabels(workload.templateLabels)];
  return distinct(workload.pods.map(({ labels }) => identityLabels(labels)));
}

/** Whatever a workload ever shows, so that nobody else's selector meets it: finished pods and the template too. */
function bearersOf(workload: Workload): Bearer[] {
  const seen = workload.pods.map(({ labels }) => identityLabels(labels));
  if (workload.templateLabels !== null) seen.push(identityLabels(workload.templateLabels));
  return distinct(seen).map((labels) => ({ owner: workload.key, labels }));
}

function distinct(sets: readonly Labels[]): Labels[] {
  return [...new Map(sets.map((labels) => [JSON.stringify(Object.entries(labels).sort()), labels])).values()];
}
