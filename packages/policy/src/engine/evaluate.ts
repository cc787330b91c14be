import type { ClusterModel, Pod } from '../model/cluster.ts';
import type { DirectionEvaluation, Evaluation, Trace, TraceEntry } from '../model/evaluation.ts';
import type { Packet } from '../model/packet.ts';
import type { Direction, PolicyModel, PolicySet, Rule, Tier } from '../model/policy.ts';
import { type GoverningTier, governing } from './governing.ts';
import { matchesRule } from './match-rule.ts';

export const PROFILE_TIER = '__PROFILE__';

/**
 * What all policies together do to a packet: egress at the source and ingress at the destination must both allow. Tiers in order, in each the
 * policies that govern the end, their rules in order; Log goes on, Pass leaves the tier, no match is the tier's default action; what every tier passes
 * comes to the namespace's profile, which allows. Source: Calico documentation (tiered policy), KEP-2091 (AdminNetworkPolicy).
 */
export function evaluate(cluster: ClusterModel, policies: PolicySet, packet: Packet): Evaluation {
  const egress = evaluateEnd(cluster, policies, packet, 'egress');
  const ingress = evaluateEnd(cluster, policies, packet, 'ingress');
  const allows = (scope: 'enforced' | 'pending') =>
    egress?.[scope].verdict !== 'deny' && ingress?.[scope].verdict !== 'deny';
  return {
    verdict: allows('enforced') ? 'allow' : 'deny',
    pendingVerdict: allows('pending') ? 'allow' : 'deny',
    egress,
    ingress,
  };
}

function evaluateEnd(
  cluster: ClusterModel,
  policies: PolicySet,
  packet: Packet,
  direction: Direction,
): DirectionEvaluation | null {
  const { pod } = direction === 'egress' ? packet.src : packet.dst;
  if (pod === null) return null;
  const enforced = traceOf(cluster, policies.enforced, packet, { direction, pod });
  const pending =
    policies.pending === policies.enforced ? enforced : traceOf(cluster, policies.pending, packet, { direction, pod });
  return { direction, enforced, pending };
}

function traceOf(
  cluster: ClusterModel,
  tiers: readonly Tier[],
  packet: Packet,
  { direction, pod }: { direction: Direction; pod: Pod },
): Trace {
  const entries: TraceEntry[] = [];
  for (const part of governing(tiers, pod)[direction]) {
    const decided = firstMatch(cluster, part.policies, packet, direction);
    const action = decided?.rule.action ?? part.tier.defaultAction;
    entries.push(decided === null ? endOfTier(part) : entryOf(decided.policy, decided.rule.index, action));
    if (action === 'allow') return { verdict: 'allow', entries, isolating: [] };
    if (action === 'deny') return { verdict: 'deny', entries, isolating: decided === null ? part.policies : [] };
  }
  if (pod.profile === null) return { verdict: 'deny', entries, isolating: [] };
  entries.push({ tier: PROFILE_TIER, kind: 'Profile', namespace: '', name: pod.profile, rule: 0, action: 'allow' });
  return { verdict: 'allow', entries, isolating: [] };
}

function firstMatch(
  cluster: ClusterModel,
  policies: readonly PolicyModel[],
  packet: Packet,
  direction: Direction,
): { policy: PolicyModel; rule: Rule } | null {
  for (const policy of policies) {
    for (const rule of policy.rules[direction])
      if (rule.action !== 'log' && matchesRule(cluster, rule, packet)) return { policy, rule };
  }
  return null;
}

function endOfTier({ tier, policies }: GoverningTier): TraceEntry {
  return entryOf(policies[0] as PolicyModel, -1, tier.defaultAction);
}

function entryOf({ tier, kind, namespace, name }: PolicyModel, rule: number, action: Rule['action']): TraceEntry {
  return { tier, kind, namespace, name, rule, action: action as TraceEntry['action'] };
}
