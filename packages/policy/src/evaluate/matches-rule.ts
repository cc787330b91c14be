import { containsCidr, overlapsCidr } from '../address/cidr.ts';
import type { ParsedPeer, ParsedPolicy, ParsedPort, ParsedRule } from '../parse/parsed-policy.ts';
import { matchesSelector } from '../selector/matches-selector.ts';
import type { Endpoint } from './endpoint.ts';
import type { Connection } from './evaluate.ts';

/** Whether a rule lets the connection through. `peer` is the end opposite to the one that the policy selects; ports are always the destination's. */
export function matchesRule(policy: ParsedPolicy, rule: ParsedRule, peer: Endpoint, connection: Connection): boolean {
  const byPort = rule.ports === 'any' || rule.ports.some((port) => matchesPort(port, connection));
  if (!byPort) return false;
  return rule.peers === 'any' || rule.peers.some((entry) => matchesPeer(policy, entry, peer));
}

function matchesPort({ protocol, match }: ParsedPort, connection: Connection): boolean {
  if (protocol !== connection.protocol) return false;
  switch (match.kind) {
    case 'any':
      return true;
    case 'range':
      return connection.port >= match.from && connection.port <= match.to;
    case 'named':
      return namedPorts(match.name, protocol, connection.dst).includes(connection.port);
  }
}

const PROTOCOL_OF = { TCP: 6, UDP: 17, SCTP: 132 } as const;

/** A named port means the destination pod's port of that name and protocol; an address has no names. */
function namedPorts(name: string, protocol: number, { pod }: Endpoint): readonly number[] {
  const ports = pod?.ports ?? [];
  return ports.filter((port) => port.name === name && PROTOCOL_OF[port.protocol] === protocol).map(({ port }) => port);
}

function matchesPeer(policy: ParsedPolicy, entry: ParsedPeer, peer: Endpoint): boolean {
  if (entry.kind === 'addresses') {
    return peer.ranges.some(
      (range) => containsCidr(entry.cidr, range) && !entry.except.some((block) => overlapsCidr(block, range)),
    );
  }
  if (peer.pod === null) return false;
  const { namespace, labels, namespaceLabels } = peer.pod;
  const inNamespace =
    entry.namespaceSelector === null
      ? namespace === policy.namespace
      : matchesSelector(entry.namespaceSelector, namespaceLabels);
  return inNamespace && (entry.podSelector === null || matchesSelector(entry.podSelector, labels));
}
