import { governing } from '../engine/governing.ts';
import { matchesDestination, matchesFamily, matchesProtocol, matchesSource } from '../engine/match-rule.ts';
import { matchesPorts } from '../engine/match-side.ts';
import type { Packet } from '../model/packet.ts';
import type { Action, Direction, Rule, Side } from '../model/policy.ts';
import type { ReplayView } from './types.ts';

/**
 * What one end says of a packet whoever the other end is; null: it depends on that. A rule that asks who the other end is may match or not, and what it
 * would do must come to the same. `isPortKnown`: false where the packet names a Service, whose backends listen on ports of their own.
 */
export function certainVerdict(
  { cluster, tiers }: ReplayView,
  packet: Packet,
  { direction, isPortKnown }: { readonly direction: Direction; readonly isPortKnown: boolean },
): 'allow' | 'deny' | null {
  const { pod } = direction === 'egress' ? packet.src : packet.dst;
  if (pod === null) return 'allow';
  const speaksOf = (rule: Rule): boolean => {
    const [own, matchesOwn] =
      direction === 'egress' ? [rule.source, matchesSource] : [rule.destination, matchesDestination];
    const port = direction === 'egress' ? packet.srcPort : packet.dstPort;
    const end = direction === 'egress' ? packet.src : packet.dst;
    return (
      matchesProtocol(rule, packet) &&
      matchesFamily(rule, packet) &&
      matchesPorts(own, end, { port, protocol: packet.protocol }) &&
      matchesOwn(cluster, rule, packet)
    );
  };
  for (const { tier, policies } of governing(tiers, pod)[direction]) {
    const possible = new Set<Action>();
    let action: Action = tier.defaultAction;
    for (const rule of policies.flatMap((policy) => policy.rules[direction])) {
      if (rule.action === 'log' || !speaksOf(rule)) continue;
      const answer = matchesPeerPart(rule, packet, { direction, isPortKnown });
      if (answer === 'no') continue;
      if (answer === 'yes') {
        action = rule.action;
        break;
      }
      possible.add(rule.action);
    }
    if ([...possible].some((one) => one !== action)) return null;
    if (action !== 'pass') return action === 'allow' ? 'allow' : 'deny';
  }
  return pod.profile === null ? 'deny' : 'allow';
}

function matchesPeerPart(
  rule: Rule,
  { src, dst, protocol, srcPort, dstPort }: Packet,
  { direction, isPortKnown }: { direction: Direction; isPortKnown: boolean },
): 'yes' | 'no' | 'maybe' {
  const side = direction === 'egress' ? rule.destination : rule.source;
  const asksPort = side.ports !== null || side.notPorts !== null;
  if (asksWho(side) || (asksPort && direction === 'egress' && !isPortKnown)) return 'maybe';
  const [end, port] = direction === 'egress' ? [dst, dstPort] : [src, srcPort];
  return matchesPorts(side, end, { port, protocol }) ? 'yes' : 'no';
}

/** Named ports too are the end's own. */
const asksWho = ({ selector, notSelector, nets, notNets, service, nodes, ports, notPorts }: Side) =>
  selector !== null ||
  notSelector !== null ||
  nets !== null ||
  notNets.length > 0 ||
  service !== null ||
  nodes !== null ||
  [ports, notPorts].some((match) => match !== null && match.names.length > 0);
