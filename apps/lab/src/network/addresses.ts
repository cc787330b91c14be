/** The lab's own address plan. Nothing of it is visible outside its namespaces, so every lab uses the same. */
export const ADDRESSES = {
  node: { ipv4: '172.30.0.10', ipv6: 'fd00:172:30::10' },
  /** The node's way out: the "internet" namespace. */
  gateway: { ipv4: '172.30.0.1', ipv6: 'fd00:172:30::1' },
  podGateway: { ipv4: '169.254.1.1', ipv6: 'fe80::1' },
  pods: { ipv4: '10.244.1.0/24', ipv6: 'fd00:10:244:1::/64' },
  services: { ipv4: '10.96.0.0/16', ipv6: 'fd00:10:96::/112' },
  serviceRanges: { ipv4Prefix: '10.96', ipv6Prefix: 'fd00:10:96::' },
  kubernetesService: '10.96.0.1',
  clusterDns: '10.96.0.10',
  apiPort: 6443,
  internet: {
    web: { ipv4: '203.0.113.80', ipv6: '2001:db8::80' },
    resolver: '8.8.8.8',
    client: '198.51.100.77',
  },
} as const;

/** Names of the outside world that its resolver knows. */
export const INTERNET_NAMES: Readonly<Record<string, readonly string[]>> = {
  'rates.example.net': [ADDRESSES.internet.web.ipv4],
  'exchange.example.net': [ADDRESSES.internet.web.ipv6],
  'www.example.org': [ADDRESSES.internet.web.ipv4, ADDRESSES.internet.web.ipv6],
};

export const CLUSTER_DOMAIN = 'cluster.local';

/** The addresses of pod number `index` (from 2): one IPv4 and one IPv6 address with the same last part. */
export function podAddresses(index: number): { ipv4: string; ipv6: string } {
  return { ipv4: `10.244.1.${index}`, ipv6: `fd00:10:244:1::${index.toString(16)}` };
}

/** Gives the lowest free number, so that an address that became free is taken by the very next pod. */
export class AddressPool {
  readonly #used = new Set<number>();

  take(): number {
    let index = 2;
    while (this.#used.has(index)) index++;
    if (index > 254) throw new Error('the lab has no address left for another pod (253 at once)');
    this.#used.add(index);
    return index;
  }

  release(index: number): void {
    this.#used.delete(index);
  }
}
