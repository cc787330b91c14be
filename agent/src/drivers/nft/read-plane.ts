import { isDeepStrictEqual } from 'node:util';
import { hash64 } from '@margay/model';
import type { AddressRange, PolicySetTable } from '@margay/policy';
import { endpointKey, type PlaneEndpoint, type PlaneSettings, type PlaneState } from '../../dataplane/plane-state.ts';
import type { Listing } from './listing.ts';
import { CHAIN, DIRECTIONS, endpointMap, FAMILIES, parsePeerSet, parseRoot, peerSet, policySetOf } from './names.ts';
import { type Chains, setChains } from './set-chains.ts';
import { skeletonChains } from './skeleton.ts';

/** Stands for the pod's name in an element's comment, which has no room for the name. */
export const nameHash = ({ namespace, name }: Pick<PlaneEndpoint, 'namespace' | 'name'>) =>
  hash64(`${namespace}/${name}`);

/**
 * The state that the table holds. A policy set counts as the known one of its id only where every rule of it is, to the letter, what would be written
 * for it; else as an empty one, which no desired state has. The same goes for settings and names of pods.
 */
export function readPlane(listing: Listing, known: readonly PlaneState[], group: number): PlaneState {
  const addressSets = readAddressSets(listing);
  const endpoints = readEndpoints(listing, known);
  const chainsAreOurs = [...listing.chains].every(([name, { isBase }]) =>
    name === CHAIN.forward
      ? isBase
      : !isBase && (name === CHAIN.deny || name === CHAIN.arrive || policySetOf(name) !== null),
  );
  return {
    settings: readSettings(listing),
    foreign:
      listing.foreign || addressSets === null || endpoints === null || !chainsAreOurs || !holds(listing, endpoints),
    addressSets: addressSets ?? new Map(),
    policySets: readPolicySets(listing, known, group),
    endpoints: endpoints ?? new Map(),
  };
}

/** Every interface of an endpoint, and no other, is in the set of those. */
function holds({ held }: Listing, endpoints: ReadonlyMap<string, PlaneEndpoint>): boolean {
  const wanted = new Set([...endpoints.values()].map(({ hostInterface }) => hostInterface));
  return held.size === wanted.size && [...wanted].every((name) => held.has(name));
}

/** Null: a set without the other family's. */
function readAddressSets({ sets }: Listing): ReadonlyMap<string, readonly AddressRange[]> | null {
  const names = new Set([...sets.keys()].map((name) => parsePeerSet(name)?.name ?? ''));
  const found = new Map<string, readonly AddressRange[]>();
  for (const name of names) {
    const [v4, v6] = name === '' ? [] : FAMILIES.map((family) => sets.get(peerSet(name, family)));
    if (v4 === undefined || v6 === undefined) return null;
    found.set(name, [...v4, ...v6]);
  }
  return found;
}

function readPolicySets(
  { chains }: Listing,
  known: readonly PlaneState[],
  group: number,
): ReadonlyMap<string, PolicySetTable> {
  const held = new Map<string, Map<string, unknown>>();
  for (const [name, { rules }] of chains) {
    const id = policySetOf(name);
    if (id === null) continue;
    const own = held.get(id) ?? new Map();
    held.set(id, own.set(name, rules));
  }
  return new Map(
    [...held].map(([id, own]) => {
      const set = known.flatMap(({ policySets }) => policySets.get(id) ?? [])[0];
      return [id, set !== undefined && isDeepStrictEqual(own, setChains(set, group)) ? set : unknownSet(id)] as const;
    }),
  );
}

const unknownSet = (id: string): PolicySetTable => ({
  id,
  direction: 'egress',
  tiers: [],
  closing: { action: 'deny', hit: null },
});

/** Null: an endpoint of which only one direction is there, or whose chain is no entry of a policy set. */
function readEndpoints({ maps }: Listing, known: readonly PlaneState[]): ReadonlyMap<string, PlaneEndpoint> | null {
  const found = new Map<string, PlaneEndpoint>();
  for (const family of FAMILIES) {
    const [out = [], into = []] = DIRECTIONS.map((direction) => maps.get(endpointMap(direction, family)));
    const ingress = new Map(into.map((one) => [`${one.hostInterface} ${one.address.first}`, one]));
    if (out.length !== ingress.size) return null;
    for (const { hostInterface, address, target, comment } of out) {
      const other = ingress.get(`${hostInterface} ${address.first}`);
      const [egressId, ingressId] = [parseRoot(target, family), parseRoot(other?.target ?? '', family)];
      if (egressId === null || ingressId === null || other?.comment !== comment) return null;
      const bare = { hostInterface, address, egress: egressId, ingress: ingressId, namespace: '', name: '' };
      const key = endpointKey(bare);
      const named = known.map(({ endpoints }) => endpoints.get(key)).find((one) => one && nameHash(one) === comment);
      found.set(key, { ...bare, namespace: named?.namespace ?? '', name: named?.name ?? '' });
    }
  }
  return found;
}

const EVERY_SETTING: readonly PlaneSettings[] = (['drop', 'reject'] as const).flatMap((onDeny) =>
  (['keep', 'cut'] as const).map((established) => ({ onDeny, established })),
);

function readSettings({ chains }: Listing): PlaneSettings | null {
  const isHeld = (wanted: Chains) =>
    [...wanted].every(([name, rules]) => isDeepStrictEqual(chains.get(name)?.rules, rules));
  return EVERY_SETTING.find((settings) => isHeld(skeletonChains(settings))) ?? null;
}
