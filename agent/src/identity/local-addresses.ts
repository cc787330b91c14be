import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../calc/address.ts';

/** Addresses of this network namespace's own interfaces, loopback excepted. */
export function localAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal)
    .map((address) => canonicalAddress(address.address))
    .filter((address) => address !== null);
}
