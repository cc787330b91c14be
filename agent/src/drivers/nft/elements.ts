import { type AddressRange, formatAddress } from '@margay/policy';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const text = z.string().refine((one) => ipaddr.isValid(one));
const elementSchema = z.union([
  text,
  z.strictObject({ range: z.tuple([text, text]) }),
  z.strictObject({ prefix: z.strictObject({ addr: text, len: z.int().min(0).max(128) }) }),
]);
/** An element of an interval set as nft lists it; anything else about it (a timeout, a comment) was not written by us. */
export const rangeSchema = elementSchema.transform((element): AddressRange => {
  if (typeof element === 'string') return rangeOf(element, element);
  if ('range' in element) return rangeOf(...element.range);
  const { addr, len } = element.prefix;
  const { family, first } = rangeOf(addr, addr);
  return { family, first, last: first + (1n << BigInt((family === 4 ? 32 : 128) - len)) - 1n };
});

/** An element for nft. */
export function elementOf({ family, first, last }: AddressRange): unknown {
  const from = formatAddress({ family, value: first });
  return first === last ? from : { range: [from, formatAddress({ family, value: last })] };
}

function rangeOf(from: string, to: string): AddressRange {
  const bytes = ipaddr.parse(from).toByteArray();
  return { family: bytes.length === 4 ? 4 : 6, first: numberOf(bytes), last: numberOf(ipaddr.parse(to).toByteArray()) };
}

const numberOf = (bytes: readonly number[]) => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
