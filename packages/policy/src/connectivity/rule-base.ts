import type { IcmpMatch, Rule } from '../model/policy.ts';
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  connectionsOf,
  connectionsOfProtocols,
  intersectConnections,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts';
import { interval } from '../sets/intervals.ts';

/** The connections of a rule's own protocol conditions, before its sides are asked. */
export function ruleBase({ protocol, notProtocol, icmp, notIcmp }: Rule): ConnectionSet {
  let set = ALL_CONNECTIONS;
  if (protocol !== null) set = connectionsOfProtocols(interval(protocol, protocol + 1));
  if (notProtocol !== null)
    set = subtractConnections(set, connectionsOfProtocols(interval(notProtocol, notProtocol + 1)));
  if (icmp !== null) set = intersectConnections(set, icmpConnections(icmp));
  if (notIcmp !== null) set = subtractConnections(set, icmpConnections(notIcmp));
  return set;
}

/** A type (and code) of either ICMP: which of them, the rule's protocol says. */
function icmpConnections({ type, code }: IcmpMatch): ConnectionSet {
  const codes = code === null ? interval(0, 256) : interval(code, code + 1);
  return [1, 58]
    .map((protocol) => connectionsOf(protocol, interval(type, type + 1), codes))
    .reduce(unionConnections, NO_CONNECTIONS);
}

/** Whether a policy text with this rule speaks of more than TCP, UDP and SCTP. */
export function namesOtherProtocol({ protocol, notProtocol, icmp, notIcmp }: Rule): boolean {
  const other = (number: number | null) => number !== null && ![6, 17, 132].includes(number);
  return other(protocol) || notProtocol !== null || icmp !== null || notIcmp !== null;
}
