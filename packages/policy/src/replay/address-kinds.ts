import { type AddressRange, formatRange } from '../address/address-range.ts';
import { createAddressIndex } from '../cluster/address-index.ts';
import type { Side } from '../model/policy.ts';
import { policiesOf, type ViewPair } from './views.ts';

/** Addresses by what the policies of both views, and the sets that these may select, can tell apart. */
export interface AddressKinds {
  /** Equal texts: nothing treats the two addresses differently. `address` is a single one. */
  readonly kindOf: (address: AddressRange) => string;
  /** One address of each kind that there is in a range, with the part of the range that it stands for first. */
  readonly samplesOf: (range: AddressRange) => readonly AddressSample[];
}
export interface AddressSample {
  readonly address: AddressRange;
  readonly part: string;
}

export function createAddressKinds(views: ViewPair): AddressKinds {
  const things = thingsOf(views);
  const index = createAddressIndex(things.map((ranges, value) => ({ ranges, value })));
  const kindOf = (address: AddressRange) => `${address.family}:${index.holding(address).join()}`;
  return {
    kindOf,
    samplesOf: (range) => {
      const samples = new Map<string, AddressSample>();
      for (const part of partsOf(range, things)) {
        const address = { ...part, last: part.first };
        const kind = kindOf(address);
        if (!samples.has(kind)) samples.set(kind, { address, part: formatRange(part) });
      }
      return [...samples.values()];
    },
  };
}

/** Everything that holds addresses, as lists of blocks: nets of rules, sets, host endpoints, nodes, EndpointSlices. */
function thingsOf({ before, after }: ViewPair): readonly (readonly AddressRange[])[] {
  const clusters = [...new Set([before.cluster, after.cluster])];
  const sides = [before, after].flatMap(policiesOf).flatMap(({ rules }) => {
    return [...rules.egress, ...rules.ingress].flatMap(({ source, destination }) => [source, destination]);
  });
  const lists = [
    ...sides.flatMap(({ nets, notNets }: Side) => [...(nets ?? []), ...notNets].map((net) => [net])),
    ...clusters.flatMap(({ networkSets, hostEndpoints }) =>
      [...networkSets, ...hostEndpoints].map((one) => one.ranges),
    ),
    ...(sides.some(({ nodes }) => nodes !== null) ? before.cluster.nodes.map(({ addresses }) => addresses) : []),
    ...(sides.some(({ service }) => service !== null)
      ? before.cluster.endpointSlices.map(({ addresses }) => addresses)
      : []),
  ];
  const byText = new Map(lists.map((list) => [list.map(formatRange).join(), list]));
  return [...byText.values()].filter((list) => list.length > 0);
}

/** A range between the boundaries of all blocks within it, in order. */
function partsOf(range: AddressRange, things: readonly (readonly AddressRange[])[]): AddressRange[] {
  const starts = new Set([range.first]);
  for (const { family, first, last } of things.flat()) {
    if (family !== range.family) continue;
    if (first > range.first && first <= range.last) starts.add(first);
    if (last >= range.first && last < range.last) starts.add(last + 1n);
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.map((first, place) => ({
    family: range.family,
    first,
    last: (sorted[place + 1] ?? range.last + 1n) - 1n,
  }));
}
