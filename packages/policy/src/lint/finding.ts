import type { PolicyModel, Rule } from '../model/policy.ts';

export type Check =
  | 'shadowed-rule'
  | 'selects-nothing'
  | 'peer-matches-nothing'
  | 'isolates-without-rules'
  | 'dns-forgotten'
  | 'namespace-missing'
  | 'service-port'
  | 'deletes-nothing';

/** Something about a policy that its author may not have meant. */
export interface Finding {
  readonly check: Check;
  /** A note is common and may well be meant. */
  readonly severity: 'warning' | 'note';
  /** `KubernetesNetworkPolicy shop/db`. */
  readonly policy: string;
  readonly file: string;
  /** Place of the document in the file, from 0. */
  readonly document: number;
  /** `spec.ingress[0]`; empty: the whole policy. */
  readonly path: string;
  readonly message: string;
}

export function findingAt(
  policy: PolicyModel,
  path: string,
  { check, severity, message }: Pick<Finding, 'check' | 'severity' | 'message'>,
): Finding {
  const { file, document } = policy.source;
  return { check, severity, policy: policyText(policy), file, document, path, message };
}

export const policyText = ({ kind, namespace, name }: PolicyModel) =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;

/** Rules as they were written: kinds that are converted make several of one. */
export function rulesByPath(policy: PolicyModel): ReadonlyMap<string, readonly Rule[]> {
  const rules = [...policy.rules.ingress, ...policy.rules.egress];
  const byPath = new Map<string, Rule[]>();
  for (const rule of rules) byPath.set(rule.path, [...(byPath.get(rule.path) ?? []), rule]);
  return byPath;
}
