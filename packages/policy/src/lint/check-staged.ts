import type { PolicyModel, PolicySet } from '../model/policy.ts';
import { type Finding, findingAt } from './finding.ts';

/** Staged deletions of a policy that is not there. */
export function checkStaged({ policies }: PolicySet): readonly Finding[] {
  const there = new Set(policies.filter(({ staged }) => !staged).map(nameOf));
  return policies
    .filter((policy) => policy.stagedAction === 'Delete' && !there.has(nameOf(policy)))
    .map((policy) => {
      const message = `deletes ${nameOf(policy)}, which is not there`;
      return findingAt(policy, '', { check: 'deletes-nothing', severity: 'warning', message });
    });
}

/** By the kind that it would have were it enforced. */
function nameOf({ kind, namespace, name }: PolicyModel): string {
  return `${kind.replace(/^Staged/, '')} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
