import { containsRange, overlapsRange } from '../address/address-range.ts';
import type { ClusterModel, Member } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import type { PortMatch, Side } from '../model/policy.ts';
import type { Selector } from '../selector/selector.ts';

/** Whether an end is whom a side means: selectors over everything that holds its address, and the address itself. Ports and Services apart. */
export function matchesPeer(cluster: ClusterModel, side: Side, end: End, family: 4 | 6 | null): boolean {
  if (side.selector !== null && !someMatches(side.selector, end.members)) return false;
  if (side.notSelector !== null && someMatches(side.notSelector, end.members)) return false;
  if (!matchesNets(side, end, family)) return false;
  const { nodes } = side;
  return nodes === null || end.ranges.some((range) => cluster.lookup.nodesAt(range, nodes));
}

function someMatches(selector: Selector, members: readonly Member[]): boolean {
  for (const member of members) if (selector.matches(member.labels)) return true;
  return false;
}

/** Of an end that may have several addresses, one that meets both lists is enough. */
export function matchesNets({ nets, notNets }: Side, { ranges }: End, family: 4 | 6 | null): boolean {
  if (nets === null && notNets.length === 0) return true;
  if (ranges.length === 0) return nets === null;
  return ranges.some(
    (range) =>
      (family === null || range.family === family) &&
      (nets === null || nets.some((net) => containsRange(net, range))) &&
      !notNets.some((net) => overlapsRange(net, range)),
  );
}

export interface PortOfPacket {
  readonly port: number | null;
  readonly protocol: number;
}

/** Whether the port at this end is one of `ports` and none of `notPorts`. */
export function matchesPorts(side: Side, end: End, packet: PortOfPacket): boolean {
  if (side.ports !== null && !isAmong(side.ports, side, end, packet)) return false;
  return side.notPorts === null || !isAmong(side.notPorts, side, end, packet);
}

function isAmong({ ranges, names }: PortMatch, side: Side, end: End, { port, protocol }: PortOfPacket): boolean {
  if (port === null) return false;
  for (const { first, last } of ranges) if (port >= first && port <= last) return true;
  for (const name of names) {
    for (const declared of namedPortsAt(side, end, name))
      if (declared.port === port && declared.protocol === protocol) return true;
  }
  return false;
}

/** What a port name means at an end: the ports so named of the members that the side's selector picks. Sets and outside addresses declare none. */
export function namedPortsAt(side: Side, end: End, name: string): Member['ports'] {
  const found: Member['ports'][number][] = [];
  for (const { ports, labels } of end.members) {
    if (ports.length === 0 || (side.selector !== null && !side.selector.matches(labels))) continue;
    for (const port of ports) if (port.name === name) found.push(port);
  }
  return found;
}
