import { z } from 'zod';
import { LIMITS } from './limits.ts';

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const Ipv6 = z.ipv6();
const IPV6_LENGTH_MAX = 45;

/** As a zod array of arrays of addresses would say, but without an object an address: a batch may bring 50,000 sets. */
export function isAddressSets(value: unknown): value is string[][] {
  return Array.isArray(value) && value.length <= LIMITS.addressSets && value.every(isAddressSet);
}

function isAddressSet(set: unknown): boolean {
  return Array.isArray(set) && set.length <= LIMITS.addressesPerSet && set.every(isAddress);
}

function isAddress(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  return IPV4.test(text) || (text.length <= IPV6_LENGTH_MAX && text.includes(':') && Ipv6.safeParse(text).success);
}
