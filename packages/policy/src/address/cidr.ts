import { type Address, formatAddress, parseAddress } from './address.ts';

/** A block of addresses; `value` has no bits below the prefix. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly prefix: number;
}

const width = (family: 4 | 6) => (family === 4 ? 32 : 128);
const shiftOf = (cidr: Cidr) => BigInt(width(cidr.family) - cidr.prefix);

/** Reads `10.0.0.0/8` or `2001:db8::/32`; bits below the prefix are dropped, as Go's net.ParseCIDR does. Null where it is not a CIDR. */
export function parseCidr(text: string): Cidr | null {
  const [addressText = '', prefixText = '', ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === null || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefixText)) return null;
  const prefix = Number(prefixText);
  const bits = width(address.family);
  if (prefix > bits) return null;
  const shift = BigInt(bits - prefix);
  return { family: address.family, value: (address.value >> shift) << shift, prefix };
}

/** The block of one address: /32 or /128 by family. */
export function hostCidr(address: Address): Cidr {
  return { family: address.family, value: address.value, prefix: width(address.family) };
}

/** Canonical text of a block. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr)}/${cidr.prefix}`;
}

/** Whether every address of `inner` lies in `outer`. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  return outer.value >> shiftOf(outer) === inner.value >> shiftOf(outer);
}

/** Whether some address lies in both: blocks nest or are apart. */
export function overlapsCidr(a: Cidr, b: Cidr): boolean {
  return containsCidr(a, b) || containsCidr(b, a);
}
