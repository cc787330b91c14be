/** IANA protocol numbers that have a name here; any other is shown as its number. */
export const PROTOCOLS = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6', 132: 'SCTP' } as const;

/** `TCP`, or the number as text where Margay has no name for it. */
export function protocolName(number: number): string {
  return (PROTOCOLS as Record<number, string>)[number] ?? String(number);
}

/** ICMP and ICMPv6 have no port: type and code share its 16 bits. */
export function icmpPort(type: number, code: number): number {
  return (type << 8) | code;
}

/** `TCP 8080`, `ICMP echo`-style text is the screen's work; this is the plain form used in filters and exports. */
export function portText(protocol: number, port: number): string {
  if (protocol === 1 || protocol === 58) return `${protocolName(protocol)} ${port >> 8}/${port & 255}`;
  return `${protocolName(protocol)} ${port}`;
}
