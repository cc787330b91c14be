import type { AddressRange } from '../address/address-range.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { SideTerm } from './compile-rules.ts';

/** Every range that some of these ends of rules can tell from its neighbours. */
export function addressCuts(terms: readonly SideTerm[], cluster: ClusterModel): readonly AddressRange[] {
  const sides = terms.map(({ side }) => side);
  const selectors = sides.flatMap(({ selector, notSelector }) => [selector, notSelector]).filter((one) => one !== null);
  const members = [...cluster.networkSets, ...cluster.hostEndpoints];
  const services = sides.flatMap(({ service }) => service ?? []);
  return [
    ...namedRanges(terms),
    ...members
      .filter(({ labels }) => selectors.some((selector) => selector.matches(labels)))
      .flatMap(({ ranges }) => ranges),
    ...services.flatMap(({ namespace, name }) =>
      cluster.lookup.slicesOf(namespace, name).flatMap(({ addresses }) => addresses),
    ),
    ...(sides.some(({ nodes }) => nodes !== null) ? cluster.nodes.flatMap(({ addresses }) => addresses) : []),
  ];
}

/** Whether a policy, or a network set, names a block of IPv6: only then is that space listed. */
export function speaksOfIpv6(terms: readonly SideTerm[], cluster: ClusterModel): boolean {
  return [...namedRanges(terms), ...cluster.networkSets.flatMap(({ ranges }) => ranges)].some(
    ({ family }) => family === 6,
  );
}

/** Blocks that rules name themselves. */
export const namedRanges = (terms: readonly SideTerm[]): readonly AddressRange[] =>
  terms.flatMap(({ side: { nets, notNets } }) => [...(nets ?? []), ...notNets]);
