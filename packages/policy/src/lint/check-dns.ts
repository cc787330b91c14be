import { governing } from '../engine/governing.ts';
import type { ClusterModel, Pod } from '../model/cluster.ts';
import type { PolicyModel, Rule, Tier } from '../model/policy.ts';
import { type Finding, findingAt, policyText } from './finding.ts';

const UDP = 17;
/** The Service's port, and the one that some cluster DNS listens on behind it. */
const DNS_PORTS = [53, 5353];
const NAMED_MAX = 5;

/** Pods whose egress is isolated and that may reach something, but no DNS: names will not resolve. */
export function checkDns(cluster: ClusterModel, tiers: readonly Tier[]): readonly Finding[] {
  const found = new Map<PolicyModel, { names: Set<string>; all: readonly PolicyModel[] }>();
  for (const pod of cluster.pods.filter(({ isGoverned }) => isGoverned)) {
    const isolating = isolatingWithoutDns(tiers, pod);
    const [first] = isolating;
    if (first === undefined) continue;
    const entry = found.get(first) ?? { names: new Set(), all: isolating };
    entry.names.add(`${pod.namespace}/${pod.workload.name}`);
    found.set(first, entry);
  }
  return [...found].map(([policy, { names, all }]) => {
    const [shown, more] = [[...names].slice(0, NAMED_MAX).join(', '), names.size - NAMED_MAX];
    const others = all.slice(1).map(policyText);
    const beside = others.length === 0 ? '' : `, nor does ${others.join(', ')}`;
    return findingAt(policy, '', {
      check: 'dns-forgotten',
      severity: 'warning',
      message: `allows egress of ${shown}${more > 0 ? ` and ${more} more` : ''} but no DNS (UDP 53)${beside}`,
    });
  });
}

/** The egress policies of a pod, where they isolate it, allow something, and allow no DNS; else none. */
function isolatingWithoutDns(tiers: readonly Tier[], pod: Pod): readonly PolicyModel[] {
  const governed = governing(tiers, pod).egress;
  if (!governed.some(({ tier }) => tier.defaultAction === 'deny')) return [];
  const all = governed.flatMap((tier) => tier.policies);
  const open = all.flatMap(({ rules }) => rules.egress).filter(({ action }) => action === 'allow' || action === 'pass');
  if (open.length === 0 || open.some(mayBeDns)) return [];
  return all.filter(({ rules }) => rules.egress.some(({ action }) => action === 'allow'));
}

/** Who the peer is does not matter: cluster DNS is often not among the manifests. */
function mayBeDns({ protocol, notProtocol, destination: { ports, service } }: Rule): boolean {
  if ((protocol !== null && protocol !== UDP) || notProtocol === UDP) return false;
  if (service !== null) return /dns/.test(service.name);
  if (ports === null) return true;
  const numbered = ports.ranges.some(({ first, last }) => DNS_PORTS.some((port) => port >= first && port <= last));
  return numbered || ports.names.some((name) => name.includes('dns'));
}
