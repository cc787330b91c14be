import { type Peer, portText, protocolName } from '@margay/model';
import { plainName } from '@margay/ui';

interface PeerText {
  /** What it stands in: a namespace, or what it is outside of one. */
  readonly scope: string;
  readonly name: string;
  /** In words, for those who do not see the icon. */
  readonly kind: string;
}

/** A peer in the two words that every screen writes: where it is, and its name. */
export function peerText(peer: Peer): PeerText {
  switch (peer.kind) {
    case 'workload':
      return { scope: plainName(peer.namespace), name: plainName(peer.name), kind: plainName(peer.ownerKind) };
    case 'service':
      return { scope: plainName(peer.namespace), name: plainName(peer.name), kind: 'Service, backend not known' };
    case 'node':
      return { scope: 'node', name: plainName(peer.name), kind: 'Node' };
    case 'external':
      return { scope: 'outside', name: peer.address, kind: 'Address outside the cluster' };
    case 'cidr':
      return {
        scope: 'outside',
        name: peer.cidr,
        kind: 'Addresses outside the cluster, beyond the count kept one by one',
      };
    case 'unknown':
      return { scope: 'unknown', name: peer.address, kind: 'Address of the cluster that no object owned' };
  }
}

const ICMP = new Map([
  [0, 'echo reply'],
  [3, 'unreachable'],
  [8, 'echo'],
  [11, 'time exceeded'],
]);
const ICMPV6 = new Map([
  [1, 'unreachable'],
  [3, 'time exceeded'],
  [128, 'echo'],
  [129, 'echo reply'],
  [135, 'neighbour solicitation'],
  [136, 'neighbour advertisement'],
]);

/** `TCP 8080`, `ICMP echo`. */
export function portLabel(protocol: number, port: number): string {
  const names = protocol === 1 ? ICMP : protocol === 58 ? ICMPV6 : undefined;
  const name = names?.get(port >> 8);
  return name ? `${protocolName(protocol)} ${name}` : portText(protocol, port);
}
