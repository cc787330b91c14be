/** IANA numbers of the protocols that policies know by name. */
const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132, udplite: 136 };

/** A protocol by name (any case) or number; null where it is neither. */
export function readProtocol(value: unknown): number | null {
  if (typeof value === 'string' && Object.hasOwn(NUMBERS, value.toLowerCase()))
    return NUMBERS[value.toLowerCase()] ?? null;
  const number = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  return Number.isInteger(number) && Number(number) >= 0 && Number(number) <= 255 ? Number(number) : null;
}
