import { type Cidr, containsCidr, parseCidr } from '../address/cidr.ts';

/** Blocks of private use as a whole (RFC 1918, RFC 4193): nobody means all of one. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']
  .map(parseCidr)
  .filter((block) => block !== null);

/** Whether all of a private range, or all addresses there are, lie in it. */
export const holdsPrivateRange = (block: Cidr) => PRIVATE.some((whole) => containsCidr(block, whole));

/**
 * The fewest blocks that hold all of `blocks` (of one family, apart from each other), each no wider than what `mayStand` allows. What stands alone stays as it is.
 */
export function coverBlocks(blocks: readonly Cidr[], mayStand: (block: Cidr) => boolean): Cidr[] {
  const [first, ...others] = blocks;
  if (first === undefined) return [];
  if (others.length === 0) return [first];
  const shared = others.reduce(sharedBlock, first);
  if (mayStand(shared)) return [shared];
  const bit = BigInt(widthOf(shared) - shared.prefix - 1);
  const halves = [0n, 1n].map((half) => blocks.filter(({ value }) => ((value >> bit) & 1n) === half));
  return halves.flatMap((half) => coverBlocks(half, mayStand));
}

const widthOf = ({ family }: Cidr) => (family === 4 ? 32 : 128);

/** The smallest block that holds both. */
function sharedBlock(a: Cidr, b: Cidr): Cidr {
  const width = widthOf(a);
  let prefix = Math.min(a.prefix, b.prefix);
  while (a.value >> BigInt(width - prefix) !== b.value >> BigInt(width - prefix)) prefix--;
  const shift = BigInt(width - prefix);
  return { family: a.family, value: (a.value >> shift) << shift, prefix };
}
