/** What objects are told apart by. */
interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}
export interface CandidateOptions {
  /** The candidate has all the policies there will be: those it does not have are gone. Tiers and network sets stay. */
  readonly whole?: boolean;
  /** Count what is staged already as enforced too. What the candidate itself stages always counts. */
  readonly staged?: boolean;
}

/** Objects of a cluster once a candidate is applied: each stands in for the one of its group, kind, namespace and name, or is added. The candidate's come first. */
export function overlay<T extends Named>(
  current: readonly T[],
  candidate: readonly T[],
  { whole = false, staged = false }: CandidateOptions,
): T[] {
  const replaced = new Set(candidate.map(keyOf));
  const kept = current.filter((one) => {
    if (replaced.has(keyOf(one))) return false;
    if (!one.kind.endsWith('NetworkPolicy')) return true;
    return !whole && (staged || !one.kind.startsWith('Staged'));
  });
  return [...candidate, ...kept];
}

function keyOf({ apiVersion, kind, namespace, name }: Named): string {
  const group = apiVersion.replace(/\/[^/]*$/, '').replace('crd.projectcalico.org', 'projectcalico.org');
  return JSON.stringify([group, kind, namespace || 'default', name]);
}
