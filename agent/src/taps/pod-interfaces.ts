import type { NetworkSnapshot } from './network-snapshot.ts';

/** The host side of a pod's interface. */
export interface PodInterface {
  readonly name: string;
  readonly index: number;
  /** Addresses behind it, as far as they are known. */
  readonly addresses: readonly string[];
  /** The bridge it is a port of. */
  readonly bridge?: string;
}

/** What a snapshot says about the node's interfaces. */
export interface PodInterfaces {
  readonly pods: readonly PodInterface[];
  /** Virtual pairs into another namespace that no route and no bridge explains: pods of a CNI that forwards by BPF, perhaps. */
  readonly unexplained: readonly UnexplainedPair[];
  /** Interfaces that lead off the node: never tapped. */
  readonly uplinks: ReadonlySet<string>;
}

interface UnexplainedPair {
  readonly name: string;
  readonly index: number;
  /** Index of the other end, and the number that this namespace gives the one it is in. */
  readonly peerIndex: number;
  readonly peerNamespace: number;
}

const PAIR_KINDS: ReadonlySet<string> = new Set(['veth', 'netkit']);

/**
 * Finds local pods by what every CNI leaves on the node: a pair whose other end is in another namespace, and either a
 * host route through it (/32, /128: Calico, AWS VPC CNI, kindnet, the ptp plugin) or a bridge it is a port of (bridge
 * plugin, flannel, docker), there with the addresses that bridge and neighbour tables know.
 */
export function podInterfaces(snapshot: NetworkSnapshot): PodInterfaces {
  const hostRoutes = hostRoutesOf(snapshot);
  const uplinks = uplinksOf(snapshot, hostRoutes);
  const bridges = new Set(snapshot.links.filter((l) => l.linkinfo?.info_kind === 'bridge').map((l) => l.ifname));
  const pods: PodInterface[] = [];
  const unexplained: UnexplainedPair[] = [];
  for (const link of snapshot.links) {
    const peerNamespace = link.link_netnsid;
    if (!PAIR_KINDS.has(link.linkinfo?.info_kind ?? '') || peerNamespace === undefined || uplinks.has(link.ifname))
      continue;
    const routed = hostRoutes.get(link.ifname);
    if (routed) {
      pods.push({ name: link.ifname, index: link.ifindex, addresses: routed });
    } else if (link.master !== undefined && bridges.has(link.master)) {
      if (uplinks.has(link.master) && !leadsToGateway(snapshot, link.master)) continue;
      const addresses = bridgedAddresses(snapshot, link.ifname);
      pods.push({ name: link.ifname, index: link.ifindex, addresses, bridge: link.master });
    } else if (!hasRoute(snapshot, link.ifname)) {
      unexplained.push({ name: link.ifname, index: link.ifindex, peerIndex: link.link_index ?? 0, peerNamespace });
    }
  }
  return { pods, unexplained, uplinks };
}

function isForwarding(route: NetworkSnapshot['routes'][number]): boolean {
  return route.type === undefined || route.type === 'unicast';
}

function gatewaysOf(route: NetworkSnapshot['routes'][number]): { dev: string | undefined; gateway: string }[] {
  const hops = [{ dev: route.dev, gateway: route.gateway ?? route.via?.host }, ...(route.nexthops ?? [])];
  return hops.flatMap(({ dev, gateway }) => (gateway === undefined ? [] : [{ dev: dev ?? route.dev, gateway }]));
}

/** Interface → addresses that are routed straight into it, one by one. */
function hostRoutesOf(snapshot: NetworkSnapshot): Map<string, string[]> {
  const gateways = new Set(
    snapshot.routes.filter(isForwarding).flatMap((r) => gatewaysOf(r).map((hop) => hop.gateway)),
  );
  // IPv6 routes an interface's own /128 as it does a pod's; the local table tells them apart.
  const own = new Set(snapshot.routes.filter((route) => route.type === 'local').map((route) => route.dst));
  const found = new Map<string, string[]>();
  for (const route of snapshot.routes) {
    const [address = '', length] = route.dst.split('/');
    const isHost = length === undefined ? address !== 'default' : length === (address.includes(':') ? '128' : '32');
    const direct = isForwarding(route) && gatewaysOf(route).length === 0;
    const linkLocal = /^(fe[89ab]|ff)/i.test(address) && address.includes(':');
    if (!route.dev || !isHost || !direct || linkLocal || gateways.has(address) || own.has(address)) continue;
    const known = found.get(route.dev) ?? [];
    if (!known.includes(address)) found.set(route.dev, [...known, address]);
  }
  return found;
}

/** Whatever a default route or, where no pod is routed, any gateway is reached through; and the bridge port a gateway is behind. */
function uplinksOf(snapshot: NetworkSnapshot, hostRoutes: ReadonlyMap<string, unknown>): Set<string> {
  const uplinks = new Set<string>();
  for (const route of snapshot.routes.filter(isForwarding)) {
    const isDefault = route.dst === 'default' || route.dst === '0.0.0.0/0' || route.dst === '::/0';
    if (isDefault && route.dev) uplinks.add(route.dev);
    for (const { dev, gateway } of gatewaysOf(route)) {
      if (!dev || (!isDefault && hostRoutes.has(dev))) continue;
      uplinks.add(dev);
      const port = portOf(snapshot, dev, gateway);
      if (port) uplinks.add(port);
    }
  }
  return uplinks;
}

/** The port of `bridge` behind which an address was last seen. */
function portOf(snapshot: NetworkSnapshot, bridge: string, address: string): string | undefined {
  const mac = snapshot.neighbours.find((entry) => entry.dev === bridge && entry.dst === address)?.lladdr;
  return snapshot.forwarding.find((entry) => entry.mac === mac && entry.master === bridge)?.ifname;
}

/** On a bridge that is itself an uplink, ports are told apart only once it is known behind which one the gateway is. */
function leadsToGateway(snapshot: NetworkSnapshot, bridge: string): boolean {
  return snapshot.routes
    .filter(isForwarding)
    .flatMap(gatewaysOf)
    .filter((hop) => hop.dev === bridge)
    .every((hop) => portOf(snapshot, bridge, hop.gateway) !== undefined);
}

function bridgedAddresses(snapshot: NetworkSnapshot, port: string): string[] {
  const macs = new Set(snapshot.forwarding.filter((entry) => entry.ifname === port).map((entry) => entry.mac));
  return snapshot.neighbours.filter((entry) => macs.has(entry.lladdr ?? '')).map((entry) => entry.dst);
}

/** A subnet on a pair is a network between two routers, not a pod. Link-local prefixes are on every interface. */
function hasRoute(snapshot: NetworkSnapshot, name: string): boolean {
  return snapshot.routes.some(
    (route) => route.dev === name && isForwarding(route) && !/^(fe80:|ff00:|169\.254\.)/.test(route.dst),
  );
}
