import type { ClusterModel } from '../model/cluster.ts';
import type { PolicySet } from '../model/policy.ts';
import { compareBytes } from '../order/compare-bytes.ts';
import { checkDns } from './check-dns.ts';
import { checkIsolation } from './check-isolation.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { checkSelectors } from './check-selectors.ts';
import { checkServicePorts } from './check-service-ports.ts';
import { checkShadowed } from './check-shadowed.ts';
import type { Finding } from './finding.ts';

/** What authors of policies may not have meant, by file and document. Policies that are staged are not looked at. */
export function lint(cluster: ClusterModel, policies: PolicySet): readonly Finding[] {
  const enforced = policies.enforced.flatMap((tier) => tier.policies);
  return [
    ...checkSelectors(cluster, enforced),
    ...checkNamespaces(cluster, enforced),
    ...checkIsolation(policies.enforced),
    ...checkServicePorts(cluster, enforced),
    ...checkDns(cluster, policies),
    ...checkShadowed(cluster, policies),
  ].sort(
    (a, b) =>
      compareBytes(a.file, b.file) ||
      a.document - b.document ||
      compareBytes(a.policy, b.policy) ||
      compareBytes(a.path, b.path) ||
      compareBytes(a.check + a.message, b.check + b.message),
  );
}
