import { type Address, formatAddress, parseAddress } from './address.ts';
import { type Cidr, parseCidr } from './cidr.ts';

/** Addresses from `first` to `last`, both included, of one family. Comparing ends allocates nothing, unlike shifting a {@link Cidr}. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** The addresses of a block. */
export function rangeOfCidr({ family, value, prefix }: Cidr): AddressRange {
  const size = 1n << BigInt((family === 4 ? 32 : 128) - prefix);
  return { family, first: value, last: value + size - 1n };
}

/** One address as a range. */
export function rangeOfAddress({ family, value }: Address): AddressRange {
  return { family, first: value, last: value };
}

/** Reads `10.0.0.0/8`, or a bare address, as network sets may write it. Null where it is neither. */
export function parseNet(text: string): AddressRange | null {
  if (text.includes('/')) {
    const cidr = parseCidr(text);
    return cidr === null ? null : rangeOfCidr(cidr);
  }
  const address = parseAddress(text);
  return address === null ? null : rangeOfAddress(address);
}

/** Whether every address of `inner` lies in `outer`. */
export function containsRange(outer: AddressRange, inner: AddressRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether some address lies in both. */
export function overlapsRange(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** One address, a CIDR where the range is one block, else `first-last`. */
export function formatRange({ family, first, last }: AddressRange): string {
  const text = formatAddress({ family, value: first });
  if (first === last) return text;
  const size = last - first + 1n;
  const isBlock = (size & (size - 1n)) === 0n && first % size === 0n;
  const bits = size.toString(2).length - 1;
  return isBlock ? `${text}/${(family === 4 ? 32 : 128) - bits}` : `${text}-${formatAddress({ family, value: last })}`;
}
