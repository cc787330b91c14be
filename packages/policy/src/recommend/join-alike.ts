import type { ClusterIndex } from '../inventory/cluster-index.ts';
import { groupBy } from '../inventory/group-by.ts';
import { compareText } from './compare-text.ts';
import { findSelector } from './find-selector.ts';
import { createLabelSpace } from './label-space.ts';
import type { Unit } from './unit.ts';

/**
 * Units of a namespace whose policies would have the same rules, as one unit each, where one selector matches just them: fewer policies that allow no more.
 * `needsOf` is the text of a unit's rules; null where it gets no policy. Gives each unit to be with those that it is made of.
 */
export function joinAlike(
  units: Iterable<Unit>,
  index: ClusterIndex,
  needsOf: (unit: Unit) => string | null,
): ReadonlyMap<Unit, readonly Unit[]> {
  const joined = new Map<Unit, readonly Unit[]>();
  for (const [namespace, own] of groupBy(new Set(units), (unit) => unit.namespace)) {
    const space = createLabelSpace(index.workloadsIn(namespace));
    for (const members of groupBy(own, (unit) => needsOf(unit) ?? unit).values()) {
      const sorted = [...members].sort((a, b) => compareText(a.key, b.key));
      const found = sorted.length > 1 ? findSelector(space, keysOf(sorted)) : null;
      if (found === null || found.strangers.length > 0 || found.byAbsence)
        for (const unit of sorted) joined.set(unit, [unit]);
      else joined.set(toUnit(namespace, sorted, found.selector), sorted);
    }
  }
  return joined;
}

const keysOf = (units: readonly Unit[]) => new Set(units.flatMap(({ workloads }) => workloads.map(({ key }) => key)));

function toUnit(namespace: string, members: readonly Unit[], selector: Unit['selector']): Unit {
  const workloads = members.flatMap((unit) => unit.workloads).sort((a, b) => compareText(a.key, b.key));
  const key = workloads.map((workload) => workload.key).join('+');
  return { key, namespace, workloads, selector, byAbsence: false, hostNetwork: false, isAlike: true };
}
