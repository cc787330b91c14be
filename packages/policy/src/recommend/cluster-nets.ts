import type { Inventory } from '@margay/model';
import { parseAddress } from '../address/address.ts';
import { rangeOfCidr } from '../address/address-range.ts';
import { type Cidr, hostCidr, parseCidr } from '../address/cidr.ts';

/** Whether a block holds an address of the cluster's own: a pod's, a node's, a Service's, or of a node's pod range. */
export type HoldsOwn = (block: Cidr) => boolean;

/** An ipBlock lets pods in by their addresses too: a block that is widened must not reach them. */
export function indexOwnAddresses({ pods, nodes, services }: Inventory): HoldsOwn {
  const hosts = [
    ...pods.flatMap(({ addresses }) => addresses),
    ...nodes.flatMap(({ addresses }) => addresses),
    ...services.flatMap(({ clusterIPs }) => clusterIPs),
  ].map(parseAddress);
  const blocks = [
    ...hosts.filter((host) => host !== null).map(hostCidr),
    ...nodes
      .flatMap(({ podCIDRs }) => podCIDRs)
      .map(parseCidr)
      .filter((block) => block !== null),
  ];
  const byFamily = { 4: sortSpans(blocks, 4), 6: sortSpans(blocks, 6) };
  return (block) => {
    const { first, last } = rangeOfCidr(block);
    return meets(byFamily[block.family], first, last);
  };
}

interface Span {
  readonly first: bigint;
  /** Largest end of it and of all before it. */
  readonly last: bigint;
}

function sortSpans(blocks: readonly Cidr[], family: 4 | 6): Span[] {
  const own = blocks.filter((block) => block.family === family);
  own.sort((a, b) => (a.value === b.value ? 0 : a.value < b.value ? -1 : 1));
  let last = -1n;
  return own.map((block) => {
    const range = rangeOfCidr(block);
    if (range.last > last) last = range.last;
    return { first: range.first, last };
  });
}

/** Of the spans that begin before `last` some must reach `first`: the running maximum of the hindmost tells. */
function meets(spans: readonly Span[], first: bigint, last: bigint): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.first ?? 0n) <= last) low = middle + 1;
    else high = middle;
  }
  const before = spans[low - 1];
  return before !== undefined && before.last >= first;
}
