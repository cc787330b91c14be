import type { ClusterIndex, Workload } from '../inventory/cluster-index.ts';
import { groupBy } from '../inventory/group-by.ts';
import type { LabelSelector } from '../kubernetes.ts';
import { compareText } from './compare-text.ts';
import { type FoundSelector, findSelector } from './find-selector.ts';
import { createLabelSpace, isRunning } from './label-space.ts';

/** What one policy is for: a workload, or several that no selector tells apart. */
export interface Unit {
  /** Keys of its workloads joined by "+". */
  readonly key: string;
  readonly namespace: string;
  readonly workloads: readonly Workload[];
  readonly selector: LabelSelector;
  readonly byAbsence: boolean;
  /** All its workloads are on the host network: no policy applies to them. */
  readonly hostNetwork: boolean;
  /** Its workloads could have policies of their own, but have the same needs. */
  readonly isAlike: boolean;
}

/** Whether all pods of a workload share their node's network: they are known by its addresses only. */
export function isOnHostNetwork({ pods }: Workload): boolean {
  const running = pods.filter(isRunning);
  return running.length > 0 && running.every(({ hostNetwork }) => hostNetwork);
}

/** The unit of every workload, by the workload's key. */
export function formUnits(index: ClusterIndex): ReadonlyMap<string, Unit> {
  const units = new Map<string, Unit>();
  for (const workloads of groupBy(index.workloads.values(), ({ namespace }) => namespace).values()) {
    for (const unit of unitsOfNamespace(workloads)) {
      for (const workload of unit.workloads) units.set(workload.key, unit);
    }
  }
  return units;
}

/** Merging may blur a selector, so that it meets others: goes on until every group stands apart. */
function unitsOfNamespace(workloads: readonly Workload[]): Unit[] {
  const space = createLabelSpace(workloads);
  const groupOf = new Map(workloads.map(({ key }) => [key, new Set([key])]));
  const done = new Map<ReadonlySet<string>, FoundSelector>();
  const pending = new Set(groupOf.values());
  for (const group of pending) {
    pending.delete(group);
    const found = findSelector(space, group);
    if (found.strangers.length === 0) {
      done.set(group, found);
      continue;
    }
    const merged = new Set(group);
    for (const stranger of found.strangers) {
      const other = groupOf.get(stranger) ?? new Set([stranger]);
      done.delete(other);
      pending.delete(other);
      for (const key of other) merged.add(key);
    }
    for (const key of merged) groupOf.set(key, merged);
    pending.add(merged);
  }
  const byKey = new Map(workloads.map((workload) => [workload.key, workload]));
  return [...done].map(([group, found]) => toUnit([...group].sort(compareText), byKey, found));
}

function toUnit(keys: readonly string[], byKey: ReadonlyMap<string, Workload>, found: FoundSelector): Unit {
  const workloads = keys.map((key) => byKey.get(key)).filter((workload) => workload !== undefined);
  return {
    key: keys.join('+'),
    namespace: workloads[0]?.namespace ?? '',
    workloads,
    selector: found.selector,
    byAbsence: found.byAbsence,
    hostNetwork: workloads.every(isOnHostNetwork),
    isAlike: false,
  };
}
