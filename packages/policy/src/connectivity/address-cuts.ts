import type { AddressRange } from '../address/address-range.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { SideTerm } from './compile-rules.ts';

/** Every range that some of these ends of rules can tell from its neighbours. */
export function addressCuts(terms: readonly SideTerm[], cluster: ClusterModel): readonly AddressRange[] {
  const services = terms.flatMap(({ side }) => side.service ?? []);
  return [
    ...namedRanges(terms),
    ...selectedRanges(terms, cluster),
    ...services.flatMap(({ namespace, name }) =>
      cluster.lookup.slicesOf(namespace, name).flatMap(({ addresses }) => addresses),
    ),
    ...(terms.some(({ side }) => side.nodes !== null) ? cluster.nodes.flatMap(({ addresses }) => addresses) : []),
  ];
}

/** Whether a policy names a block of IPv6, itself or in a set that it selects: only then is that space listed. */
export function speaksOfIpv6(terms: readonly SideTerm[], cluster: ClusterModel): boolean {
  return [...namedRanges(terms), ...selectedRanges(terms, cluster)].some(({ family }) => family === 6);
}

/** Blocks of the network sets and host endpoints that some selector finds. */
function selectedRanges(terms: readonly SideTerm[], cluster: ClusterModel): readonly AddressRange[] {
  const selectors = terms.flatMap(({ side }) => [side.selector, side.notSelector]).filter((one) => one !== null);
  return [...cluster.networkSets, ...cluster.hostEndpoints]
    .filter(({ labels }) => selectors.some((selector) => selector.matches(labels)))
    .flatMap(({ ranges }) => ranges);
}

/** Blocks that rules name themselves. */
export const namedRanges = (terms: readonly SideTerm[]): readonly AddressRange[] =>
  terms.flatMap(({ side: { nets, notNets } }) => [...(nets ?? []), ...notNets]);
