import type { ClusterModel } from '../model/cluster.ts';
import type { PolicySet, Tier } from '../model/policy.ts';
import { compareBytes } from '../order/compare-bytes.ts';
import { checkDns } from './check-dns.ts';
import { checkIsolation } from './check-isolation.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { checkSelectors } from './check-selectors.ts';
import { checkServicePorts } from './check-service-ports.ts';
import { checkShadowed } from './check-shadowed.ts';
import { checkStaged } from './check-staged.ts';
import { type Finding, policyText } from './finding.ts';

/**
 * What authors of policies may not have meant, by file and document: of those that are enforced as they are now, of those that are staged as they would be
 * once all of them are enforced, and what that would then make of the others.
 */
export function lint(cluster: ClusterModel, policies: PolicySet): readonly Finding[] {
  const now = lintTiers(cluster, policies.enforced);
  if (policies.pending === policies.enforced) return [...now, ...checkStaged(policies)].sort(compareFindings);
  const known = new Set(now.map((finding) => JSON.stringify(finding)));
  const staged = new Set(policies.policies.filter((policy) => policy.staged).map(policyText));
  const later = lintTiers(cluster, policies.pending)
    .filter((finding) => !known.has(JSON.stringify(finding)))
    .map((finding) => (staged.has(finding.policy) ? finding : { ...finding, message: `${finding.message} (${ONCE})` }));
  return [...now, ...later, ...checkStaged(policies)].sort(compareFindings);
}

const ONCE = 'once what is staged is enforced';

function lintTiers(cluster: ClusterModel, tiers: readonly Tier[]): Finding[] {
  const policies = tiers.flatMap((tier) => tier.policies);
  return [
    ...checkSelectors(cluster, policies),
    ...checkNamespaces(cluster, policies),
    ...checkIsolation(tiers),
    ...checkServicePorts(cluster, policies),
    ...checkDns(cluster, tiers),
    ...checkShadowed(cluster, tiers),
  ];
}

const compareFindings = (a: Finding, b: Finding) =>
  compareBytes(a.file, b.file) ||
  a.document - b.document ||
  compareBytes(a.policy, b.policy) ||
  compareBytes(a.path, b.path) ||
  compareBytes(a.check + a.message, b.check + b.message);
