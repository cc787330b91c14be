import ipaddr from 'ipaddr.js';

/** RFC 5952 text of an address, IPv4 inside IPv6 as IPv4; null for what is none (`None`, a host name, a zone). */
export function canonicalAddress(text: string): string | null {
  if (IPV4.test(text)) return text;
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text) || text.includes('%')) return null;
  const parsed = ipaddr.IPv6.parse(text);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^(${OCTET}\\.){3}${OCTET}$`);

export const isIpv6 = (address: string): boolean => address.includes(':');

/** A set of networks, asked for addresses. */
export interface NetworkSet {
  has(address: string): boolean;
}

/** Which of `networks` (CIDR text) is meant; text that is no CIDR is left out. */
export function networkSet(networks: Iterable<string>): NetworkSet {
  const prefixes = new Map<string, Set<string>>();
  for (const text of networks) {
    if (!ipaddr.isValidCIDR(text)) continue;
    const bits = Number(text.split('/')[1]);
    const key = `${isIpv6(text) ? 6 : 4}/${bits}`;
    const base = networkOf(text.split('/')[0] ?? '', bits);
    prefixes.set(key, (prefixes.get(key) ?? new Set()).add(base));
  }
  return {
    has: (address) => {
      const family = isIpv6(address) ? 6 : 4;
      for (const [key, bases] of prefixes) {
        const [f, bits] = key.split('/');
        if (Number(f) === family && bases.has(networkOf(address, Number(bits)))) return true;
      }
      return false;
    },
  };
}

/** The network of `bits` around an address, as CIDR text: `networkOf('10.1.2.3', 24)` is `10.1.2.0/24`. */
export function networkOf(address: string, bits: number): string {
  const parsed = ipaddr.parse(address);
  const bytes = parsed.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  const base = ipaddr.fromByteArray(bytes);
  const text = base.kind() === 'ipv6' ? (base as ipaddr.IPv6).toRFC5952String() : base.toString();
  return `${text}/${bits}`;
}

/** The first `count` addresses of a CIDR: its own and the ones bridges and tunnels of the node take. */
export function firstAddresses(cidr: string, count: number): string[] {
  if (!ipaddr.isValidCIDR(cidr)) return [];
  const [base = '', bits] = cidr.split('/');
  const bytes = ipaddr.parse(networkOf(base, Number(bits)).split('/')[0] ?? '').toByteArray();
  return Array.from({ length: count }, (_, offset) => {
    const address = ipaddr.fromByteArray([...bytes.slice(0, -1), (bytes.at(-1) ?? 0) + offset]);
    return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
  });
}
