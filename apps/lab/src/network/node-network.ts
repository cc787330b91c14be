import { ipBatch, runCommand } from '../machine/run-command.ts';
import { ADDRESSES, INTERNET_NAMES } from './addresses.ts';

/** Names of a lab's namespaces; `ip netns` shows them. */
export const namespaceNames = (suffix: string) => ({
  node: `mgy-${suffix}-node`,
  internet: `mgy-${suffix}-internet`,
  /** Everything of this lab begins so. */
  prefix: `mgy-${suffix}-`,
});

const NODE_SETTINGS = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  // Answers for the pods' gateway address, and for pods on other links.
  'net.ipv4.conf.default.proxy_arp=1',
  'net.ipv6.conf.default.accept_dad=0',
  'net.ipv6.conf.default.accept_ra=0',
];

/** Makes the node's namespace and the internet's, joined by one veth. Nothing leads to the machine's own network. */
export async function createNodeNetwork(suffix: string): Promise<void> {
  const { node, internet } = namespaceNames(suffix);
  await ipBatch(undefined, [`netns add ${node}`, `netns add ${internet}`]);
  await Promise.all([
    setSysctl(node, NODE_SETTINGS),
    setSysctl(internet, [
      'net.ipv6.conf.default.accept_dad=0',
      'net.ipv4.conf.all.rp_filter=0',
      'net.ipv4.conf.default.rp_filter=0',
    ]),
  ]);
  const { node: own, gateway, internet: outside } = ADDRESSES;
  await ipBatch(node, [
    'link set lo up',
    `link add eth0 type veth peer name eth0 netns ${internet}`,
    'link set eth0 up',
    `addr add ${own.ipv4}/24 dev eth0`,
    `addr add ${own.ipv6}/64 dev eth0 nodad`,
    `route add default via ${gateway.ipv4}`,
    `route add default via ${gateway.ipv6}`,
  ]);
  const ipv6 = new Set([
    outside.web.ipv6,
    ...Object.values(INTERNET_NAMES)
      .flat()
      .filter((a) => a.includes(':')),
  ]);
  const ipv4 = [outside.web.ipv4, outside.resolver, outside.client];
  await ipBatch(internet, [
    'link set lo up',
    'link set eth0 up',
    `addr add ${gateway.ipv4}/24 dev eth0`,
    `addr add ${gateway.ipv6}/64 dev eth0 nodad`,
    ...ipv4.map((address) => `addr add ${address}/32 dev lo`),
    ...[...ipv6].map((address) => `addr add ${address}/128 dev lo nodad`),
  ]);
}

/** Sets kernel settings of one network namespace. */
async function setSysctl(namespace: string, settings: readonly string[]): Promise<void> {
  await runCommand('nsenter', [`--net=/run/netns/${namespace}`, '--', 'sysctl', '-q', '-w', ...settings]);
}
