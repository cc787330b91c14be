import { parseAddress } from '../address/address.ts';
import { type Cidr, containsCidr, formatCidr, hostCidr, parseCidr } from '../address/cidr.ts';
import { indexOwnAddresses } from './cluster-nets.ts';
import { compareText } from './compare-text.ts';
import { coverBlocks, holdsPrivateRange } from './cover-addresses.ts';
import { dnsName } from './dns-name.ts';
import { plainText } from './plain-text.ts';
import type { RecommendInput } from './types.ts';
import { sortedTexts } from './words.ts';

/** What addresses outside belong to, so that they share a rule. */
export type RangeGroup =
  | { readonly kind: 'dns'; readonly names: readonly string[] }
  | { readonly kind: 'network-set'; readonly name: string };

/** How addresses outside are put together. */
export interface Externals {
  /** By the names that the workload resolved, else by the network set; null where neither is known. */
  readonly groupOf: (block: Cidr, dnsNames: readonly string[]) => RangeGroup | null;
  /** Fewest blocks for addresses of one group that were seen on the same ports: under the user's ceiling, clear of the cluster's own addresses. */
  readonly cover: (blocks: readonly Cidr[], group: RangeGroup | null) => Cidr[];
}

export function describeExternals(
  input: Pick<RecommendInput, 'cidrCeiling' | 'networkSets' | 'registrableDomain' | 'inventory'>,
): Externals {
  const { cidrCeiling, networkSets = [], registrableDomain = () => null } = input;
  const sets = networkSets.map(({ name, namespace, nets }) => ({
    name: plainText(namespace ? `${namespace}/${name}` : name),
    nets: nets.map(readNet).filter((net) => net !== null),
  }));
  const nets = sets.flatMap(({ name, nets: own }) => own.map((net) => ({ name, net }))).sort(compareNets);
  const holdsOwn = indexOwnAddresses(input.inventory);
  const ceilings = cidrCeiling && { 4: cidrCeiling.v4, 6: cidrCeiling.v6 };
  const mayStand = (block: Cidr) =>
    ceilings !== undefined &&
    block.prefix >= ceilings[block.family] &&
    block.prefix > 0 &&
    !holdsPrivateRange(block) &&
    !holdsOwn(block);
  const netOf = (block: Cidr) => nets.find(({ net }) => containsCidr(net, block));
  const widen = (block: Cidr) => {
    const net = netOf(block)?.net;
    return net !== undefined && mayStand(net) ? net : block;
  };
  return {
    groupOf: (block, dnsNames) => {
      const names = sortedTexts(dnsNames.map(dnsName).map((name) => registrableDomain(name) ?? name));
      if (names.length > 0) return { kind: 'dns', names };
      const set = netOf(block);
      return set === undefined ? null : { kind: 'network-set', name: set.name };
    },
    cover: (blocks, group) => {
      if (ceilings === undefined) return [...blocks];
      // What the user put together themselves stands whole, where the ceiling lets it.
      const wanted = group?.kind === 'network-set' ? blocks.map(widen) : blocks;
      const ofFamily = (family: 4 | 6) => distinct(wanted.filter((block) => block.family === family));
      return [...coverBlocks(ofFamily(4), mayStand), ...coverBlocks(ofFamily(6), mayStand)];
    },
  };
}

/** A network set may hold bare addresses. */
function readNet(text: string): Cidr | null {
  const address = parseAddress(text);
  return address === null ? parseCidr(text) : hostCidr(address);
}

/** Smallest first: the set that says most. */
function compareNets(a: { name: string; net: Cidr }, b: { name: string; net: Cidr }): number {
  return (
    b.net.prefix - a.net.prefix || compareText(a.name, b.name) || compareText(formatCidr(a.net), formatCidr(b.net))
  );
}

/** Each once, without those that lie in another: blocks nest or are apart, so that the last one kept tells. */
function distinct(blocks: readonly Cidr[]): Cidr[] {
  const sorted = [...blocks].sort((a, b) => (a.value === b.value ? a.prefix - b.prefix : a.value < b.value ? -1 : 1));
  const kept: Cidr[] = [];
  for (const block of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !containsCidr(last, block)) kept.push(block);
  }
  return kept;
}
