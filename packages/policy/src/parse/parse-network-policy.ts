import { parseRule } from './parse-rule.ts';
import { parseSelector } from './parse-selector.ts';
import type { Direction, ParsedPolicy, ParsedRule } from './parsed-policy.ts';
import { asList, asRecord } from './record.ts';

/** A policy object as it stands in the cluster; what {@link parseNetworkPolicy} reads of it. */
export interface PolicyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly spec: unknown;
}

const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;

/**
 * Understands a networking.k8s.io NetworkPolicy; null for any other kind. Whatever cannot be understood allows nothing and is named in
 * `problems`: a rule is dropped whole, a bad podSelector selects the whole namespace. Defaults as the API server sets them.
 */
export function parseNetworkPolicy(object: PolicyObject): ParsedPolicy | null {
  if (object.kind !== 'NetworkPolicy' || !object.apiVersion.startsWith('networking.k8s.io/')) return null;
  const spec = asRecord(object.spec) ?? {};
  const problems: string[] = [];
  const podSelector = parseSelector(spec.podSelector ?? {});
  if (podSelector === null)
    problems.push('podSelector cannot be understood: taken to select every pod of the namespace');
  return {
    kind: 'NetworkPolicy',
    namespace: object.namespace,
    name: object.name,
    uid: object.uid ?? '',
    podSelector,
    isolates: parseTypes(spec, problems),
    rules: {
      ingress: parseRules(spec.ingress, 'ingress', problems),
      egress: parseRules(spec.egress, 'egress', problems),
    },
    problems,
  };
}

/** Empty policyTypes mean Ingress, and Egress too where egress rules are written. Source: Kubernetes API reference, NetworkPolicySpec. */
function parseTypes(spec: Readonly<Record<string, unknown>>, problems: string[]): Record<Direction, boolean> {
  const list = asList(spec.policyTypes);
  if (list !== null && list.length === 0) return { ingress: true, egress: (asList(spec.egress)?.length ?? 1) > 0 };
  const known = list?.every((item) => item === TYPES.ingress || item === TYPES.egress) ?? false;
  if (!known) {
    problems.push('policyTypes cannot be understood: taken as both directions');
    return { ingress: true, egress: true };
  }
  return { ingress: list?.includes(TYPES.ingress) ?? true, egress: list?.includes(TYPES.egress) ?? true };
}

function parseRules(value: unknown, direction: Direction, problems: string[]): readonly ParsedRule[] {
  const list = asList(value);
  if (list === null) {
    problems.push(`${direction} is not a list: no rule of it allows anything`);
    return [];
  }
  const rules: ParsedRule[] = [];
  for (const [index, item] of list.entries()) {
    const rule = parseRule(item, direction, index);
    if (rule === null) problems.push(`${direction} rule ${index} cannot be understood and allows nothing`);
    else rules.push(rule);
  }
  return rules;
}
