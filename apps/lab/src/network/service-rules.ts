import { isIPv6 } from 'node:net';
import { isRecord, type KubeObject, valueAt } from '../kube/objects.ts';
import { ADDRESSES } from './addresses.ts';

interface Backend {
  readonly address: string;
  readonly port: number;
}

const TABLE = 'margay-lab';

/**
 * Services as one nftables transaction, as kube-proxy would program them: DNAT of cluster addresses and node ports to a random ready endpoint,
 * refusal where there is none, and the node's address in place of the pod's on the way out.
 */
export function serviceRules(services: readonly KubeObject[], slices: readonly KubeObject[]): string {
  const nat: string[] = [];
  const refuse: string[] = [];
  const masquerade: string[] = [];
  for (const service of [...services].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)))
    for (const port of recordsAt(service, 'spec.ports')) {
      const protocol = String(port.protocol ?? 'TCP').toLowerCase();
      const backends = backendsOf(service, port, slices);
      for (const address of clusterAddresses(service))
        addRule(nat, refuse, `${family(address)} daddr ${address} ${protocol} dport ${port.port}`, address, backends);
      if (typeof port.nodePort !== 'number') continue;
      const { ipv4 } = ADDRESSES.node;
      addRule(nat, refuse, `ip daddr ${ipv4} ${protocol} dport ${port.nodePort}`, ipv4, backends);
      if (valueAt(service, 'spec.externalTrafficPolicy') !== 'Local')
        masquerade.push(
          `ct status dnat ct original ip daddr ${ipv4} meta l4proto ${protocol} ct original proto-dst ${port.nodePort} masquerade`,
        );
    }
  return render(nat, refuse, masquerade);
}

function addRule(nat: string[], refuse: string[], match: string, address: string, backends: readonly Backend[]): void {
  const version = family(address);
  const own = backends.filter((backend) => family(backend.address) === version);
  if (own.length === 0) {
    refuse.push(`${match} reject`);
    return;
  }
  const choices = own.map((backend, index) => `${index} : ${backend.address} . ${backend.port}`);
  nat.push(`${match} dnat ${version} to numgen random mod ${own.length} map { ${choices.join(', ')} }`);
}

function clusterAddresses(service: KubeObject): string[] {
  const addresses = valueAt(service, 'spec.clusterIPs');
  return Array.isArray(addresses) ? addresses.map(String).filter((address) => address !== 'None') : [];
}

function backendsOf(service: KubeObject, port: Record<string, unknown>, slices: readonly KubeObject[]): Backend[] {
  const { name, namespace } = service.metadata;
  return slices
    .filter(
      (slice) =>
        slice.metadata.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === name,
    )
    .flatMap((slice) => {
      const own = recordsAt(slice, 'ports').find((candidate) => (candidate.name ?? '') === (port.name ?? ''));
      if (typeof own?.port !== 'number') return [];
      const target = own.port;
      return recordsAt(slice, 'endpoints')
        .filter((endpoint) => valueAt(endpoint, 'conditions.ready') !== false)
        .flatMap((endpoint) => (Array.isArray(endpoint.addresses) ? endpoint.addresses.map(String) : []))
        .map((address) => ({ address, port: target }));
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

function render(nat: readonly string[], refuse: readonly string[], masquerade: readonly string[]): string {
  const { pods } = ADDRESSES;
  const chain = (name: string, hook: string, rules: readonly string[]) =>
    `  chain ${name} {\n    type ${hook}; policy accept;\n${rules.map((rule) => `    ${rule}\n`).join('')}  }\n`;
  const services = `  chain services {\n${nat.map((rule) => `    ${rule}\n`).join('')}  }\n`;
  const refused = `  chain refused {\n${refuse.map((rule) => `    ${rule}\n`).join('')}  }\n`;
  return [
    `table inet ${TABLE}\ndelete table inet ${TABLE}\ntable inet ${TABLE} {\n`,
    services,
    refused,
    chain('prerouting', 'nat hook prerouting priority dstnat', ['jump services']),
    chain('output', 'nat hook output priority -100', ['jump services']),
    chain('postrouting', 'nat hook postrouting priority srcnat', [
      ...masquerade,
      `ip saddr ${pods.ipv4} oifname "eth0" masquerade`,
      `ip6 saddr ${pods.ipv6} oifname "eth0" masquerade`,
    ]),
    chain('refuse-forward', 'filter hook forward priority filter', ['ct state new jump refused']),
    chain('refuse-input', 'filter hook input priority filter', ['ct state new jump refused']),
    chain('refuse-output', 'filter hook output priority filter', ['ct state new jump refused']),
    '}\n',
  ].join('');
}

const family = (address: string) => (isIPv6(address) ? 'ip6' : 'ip');

const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

function recordsAt(object: unknown, path: string): Record<string, unknown>[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
