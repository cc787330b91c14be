import type { Inventory } from '@margay/model';
import type { PolicyChange } from '../classifier/live-classifier.ts';
import type { ClusterChange } from '../cluster/cluster-change.ts';
import { policyReader } from '../kinds/read-policy.ts';
import { createSink } from '../parse/object-sink.ts';
import type { Problem } from '../parse/problem.ts';
import { createSelectorPool } from '../selector/selector-pool.ts';
import { toEndpointSlice, toLabels, toNode, toPod, toPolicyObject, toService } from './rows.ts';

type Kind = Exclude<keyof Inventory, 'workloads'>;

/** A row of the inventory that came or changed, by its object's name; `row` null: it went. */
export type RowChange = {
  [K in Kind]: {
    readonly of: K;
    /** Empty where objects of the kind have none. */
    readonly namespace: string;
    readonly name: string;
    /** What it was before. */
    readonly was: Inventory[K][number] | null;
    readonly row: Inventory[K][number] | null;
  };
}[Kind];

/**
 * Turns changes of inventory rows into changes of a live classifier. A policy that is not understood closes what it governs, as in a snapshot; what is wrong with it
 * goes to `report`.
 */
export function createRowReader(
  report: (problem: Problem) => void,
): (change: RowChange) => (ClusterChange | PolicyChange)[] {
  const selectors = createSelectorPool();
  const readPolicy = (row: Inventory['policies'][number]): Extract<PolicyChange, { kind: 'Policy' }>[] => {
    const object = toPolicyObject(row);
    const { namespace } = object;
    const spec = { path: 'spec', report: createSink(object, report, 'object').report };
    const policy = policyReader(object)?.({ object, namespace, spec, selectors }) ?? null;
    if (policy === null) return [];
    return [{ kind: 'Policy', of: policy, policy }];
  };
  /** One that cannot even be told to close anything takes the earlier one of its name away all the same: that is not what stands there any more. */
  const readPolicies = ({ row, was }: Extract<RowChange, { of: 'policies' }>): PolicyChange[] => {
    const now = row === null ? [] : readPolicy(row);
    if (now.length > 0 || was === null) return now;
    return readPolicy(was).map(({ of }) => ({ kind: 'Policy', of, policy: null }));
  };
  return (change) => {
    const { namespace, name } = change;
    switch (change.of) {
      case 'namespaces':
        return [{ kind: 'Namespace', name, labels: change.row && toLabels(change.row.labels) }];
      case 'nodes':
        return [{ kind: 'Node', name, node: change.row && toNode(change.row) }];
      case 'pods':
        return [{ kind: 'Pod', namespace, name, pod: change.row && toPod(change.row) }];
      case 'services':
        return [{ kind: 'Service', namespace, name, service: change.row && toService(change.row) }];
      case 'endpointSlices':
        return [{ kind: 'EndpointSlice', namespace, name, slice: change.row && toEndpointSlice(change.row) }];
      case 'policies':
        return readPolicies(change);
    }
  };
}
