import { type AddressRange, formatRange } from '../address/address-range.ts';

/** A block with its prefix length, also where it is one address. */
export function netText(range: AddressRange): string {
  const text = formatRange(range);
  return text.includes('/') ? text : `${text}/${range.family === 4 ? 32 : 128}`;
}
