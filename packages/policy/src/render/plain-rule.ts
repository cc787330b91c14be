import type { Direction, Rule } from '../model/policy.ts';
import type { Refuse } from './reason.ts';
import { isAnybody } from './rule-groups.ts';

/** Whether a rule is what the Kubernetes kinds can say: to or from a peer, on ports of the destination, whole protocols. Notes what else it asks. */
export function isPlainRule(rule: Rule, direction: Direction, refuse: Refuse): boolean {
  const { source, destination, notProtocol, icmp, notIcmp, family } = rule;
  const own = direction === 'ingress' ? { ...destination, ports: null } : source;
  const isIcmp = notProtocol !== null || icmp !== null || notIcmp !== null;
  const hasNets = source.nets !== null || destination.nets !== null;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [isIcmp, 'a condition on ICMP, or on what the protocol is not', 'TCP, UDP or SCTP'],
    [destination.notPorts !== null || source.notPorts !== null, 'ports that are excluded', 'the ports that are left'],
    [source.ports !== null, 'a source port', 'destination ports'],
    [!isAnybody(own), 'a condition on the end that the policy governs', 'a policy that selects just that end'],
    [family !== null && !hasNets, `only IPv${family}`, `blocks of IPv${family}`],
  ];
  const failed = checks.filter(([isSo]) => isSo);
  for (const [, message, advice] of failed) refuse(message, advice);
  return failed.length === 0;
}
