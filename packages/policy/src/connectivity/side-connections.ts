import { containsRange } from '../address/address-range.ts';
import type { ClusterModel, Member } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import type { PortMatch, Side } from '../model/policy.ts';
import {
  ALL_CONNECTIONS,
  type ConnectionSet,
  intersectConnections,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../sets/connection-set.ts';
import { interval } from '../sets/intervals.ts';
import type { SideTerm } from './compile-rules.ts';
import { onSide } from './on-side.ts';
import { serviceConnections } from './service-connections.ts';

const PORT_PROTOCOLS = [6, 17, 132] as const;

/** The connections that one side of a rule lets through when `end`, which has at most one address, stands on that side. */
export function sideConnections({ side, role }: SideTerm, end: End, cluster: ClusterModel): ConnectionSet {
  if (!matchesEnd(side, end, cluster)) return NO_CONNECTIONS;
  let set = ALL_CONNECTIONS;
  if (side.ports !== null) set = intersectConnections(set, portConnections(side.ports, side, end, role));
  if (side.notPorts !== null) set = subtractConnections(set, portConnections(side.notPorts, side, end, role));
  if (side.service !== null) set = intersectConnections(set, serviceConnections(side.service, { end, role, cluster }));
  return set;
}

function matchesEnd({ selector, notSelector, nets, notNets, nodes }: Side, end: End, cluster: ClusterModel): boolean {
  const { members } = end;
  const [range] = end.ranges;
  if (selector !== null && !members.some((member) => selector.matches(member.labels))) return false;
  if (notSelector !== null && members.some((member) => notSelector.matches(member.labels))) return false;
  if (nets !== null && !(range !== undefined && nets.some((net) => containsRange(net, range)))) return false;
  if (range !== undefined && notNets.some((net) => containsRange(net, range))) return false;
  return nodes === null || (range !== undefined && cluster.lookup.nodesAt(range, nodes));
}

function portConnections(match: PortMatch, { selector }: Side, end: End, role: SideTerm['role']): ConnectionSet {
  const declaring = (member: Member) => selector === null || selector.matches(member.labels);
  const named = end.members
    .filter((member) => match.names.length > 0 && declaring(member))
    .flatMap(({ ports }) => ports.filter(({ name }) => match.names.includes(name)))
    .map(({ protocol, port }) => onSide(role, protocol, interval(port, port + 1)));
  const numbered = match.ranges.flatMap(({ first, last }) =>
    PORT_PROTOCOLS.map((protocol) => onSide(role, protocol, interval(first, last + 1))),
  );
  return [...numbered, ...named].reduce(unionConnections, NO_CONNECTIONS);
}
