import { type Cidr, formatCidr } from '../address/cidr.ts';
import { holdsPrivateRange } from './cover-addresses.ts';
import type { RangePeer } from './draft.ts';
import type { RuleFinding } from './types.ts';

/** Blocks of a rule that let in more than was seen, where single addresses are not known any more: nothing narrower would be sound. */
export function findWidth(peers: readonly RangePeer[]): RuleFinding[] {
  return peers.filter(({ source }) => source === 'bucket').map(({ cidr }) => toFinding(cidr));
}

function toFinding(cidr: Cidr): RuleFinding {
  const block = formatCidr(cidr);
  const why = 'single addresses are no longer known, so that nothing narrower would let through what was seen';
  if (cidr.prefix === 0) return { code: 'any-address', text: `${block} is any address: ${why}.` };
  if (holdsPrivateRange(cidr))
    return { code: 'private-range', text: `${block} holds a whole range of private addresses: ${why}.` };
  return { code: 'wider-than-seen', text: `${block} allows more than was seen: ${why}.` };
}
