import type { IcmpMatch } from '../model/policy.ts';
import { at, describe, isAbsent, type Place, readInteger, readObject, refuse } from '../parse/place.ts';

/** Names that a Calico rule may use; a number stands for itself. */
export const CALICO_PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
};

export interface ProtocolMatch {
  readonly number: number;
  /** The names ICMP and ICMPv6 bind a rule to their family; the numbers 1 and 58 do not. */
  readonly family: 4 | 6 | null;
}

export function readProtocol(value: unknown, place: Place): ProtocolMatch | 'absent' | null {
  if (isAbsent(value)) return 'absent';
  const number = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    const valid = readInteger(number, place, 1, 255);
    return valid === null ? null : { number: valid, family: null };
  }
  const name = typeof value === 'string' ? value.toLowerCase() : '';
  const known = Object.hasOwn(CALICO_PROTOCOLS, name) ? CALICO_PROTOCOLS[name] : undefined;
  if (known === undefined)
    return refuse(place, `${describe(value)} is no protocol`, 'TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255');
  return { number: known, family: name === 'icmp' ? 4 : name === 'icmpv6' ? 6 : null };
}

/** `icmp` or `notICMP`; an empty one is no condition. */
export function readIcmp(value: unknown, place: Place): IcmpMatch | 'absent' | null {
  if (isAbsent(value)) return 'absent';
  const fields = readObject(value, place, ['type', 'code']);
  if (fields === null) return null;
  if (isAbsent(fields.type)) {
    if (isAbsent(fields.code)) return 'absent';
    return refuse(at(place, 'code'), 'a code without a type', 'type beside code');
  }
  const type = readInteger(fields.type, at(place, 'type'), 0, 254);
  const code = isAbsent(fields.code) ? null : readInteger(fields.code, at(place, 'code'), 0, 255);
  if (type === null || (code === null && !isAbsent(fields.code))) return null;
  return { type, code };
}
