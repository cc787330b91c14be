import { type Address, formatAddress } from '../address/address.ts';
import type { Cidr } from '../address/cidr.ts';
import {
  equalIntervals,
  holdsValue,
  type Intervals,
  intersectIntervals,
  interval,
  pairsOf,
  subtractIntervals,
  unionIntervals,
} from './intervals.ts';

/** A set of addresses of both families. Canonical and never changed. */
export interface AddressSet {
  readonly v4: Intervals<bigint>;
  readonly v6: Intervals<bigint>;
}

export const NO_ADDRESSES: AddressSet = { v4: [], v6: [] };
export const ALL_ADDRESSES: AddressSet = { v4: [0n, 1n << 32n], v6: [0n, 1n << 128n] };

/** The addresses of a block. */
export function addressesOf({ family, value, prefix }: Cidr): AddressSet {
  const bits = family === 4 ? 32 : 128;
  const block = interval(value, value + (1n << BigInt(bits - prefix)));
  return family === 4 ? { v4: block, v6: [] } : { v4: [], v6: block };
}

export function unionAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: unionIntervals(a.v4, b.v4), v6: unionIntervals(a.v6, b.v6) };
}

export function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: intersectIntervals(a.v4, b.v4), v6: intersectIntervals(a.v6, b.v6) };
}

export function subtractAddresses(a: AddressSet, b: AddressSet): AddressSet {
  return { v4: subtractIntervals(a.v4, b.v4), v6: subtractIntervals(a.v6, b.v6) };
}

export function equalAddresses(a: AddressSet, b: AddressSet): boolean {
  return equalIntervals(a.v4, b.v4) && equalIntervals(a.v6, b.v6);
}

export function holdsAddress(set: AddressSet, { family, value }: Address): boolean {
  return holdsValue(family === 4 ? set.v4 : set.v6, value);
}

/** Both ends of every range as text, `10.0.0.0-10.255.255.255`, ascending, IPv4 first. */
export function formatRanges(set: AddressSet): readonly string[] {
  const text = (family: 4 | 6, [from, end]: readonly [bigint, bigint]) =>
    `${formatAddress({ family, value: from })}-${formatAddress({ family, value: end - 1n })}`;
  return [...pairsOf(set.v4).map((pair) => text(4, pair)), ...pairsOf(set.v6).map((pair) => text(6, pair))];
}
