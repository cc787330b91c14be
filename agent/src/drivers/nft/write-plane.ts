import { MargayError } from '@margay/model';
import type { AddressRange, PolicySetTable } from '@margay/policy';
import { endpointKey, type PlaneEndpoint, rangeKey } from '../../dataplane/plane-state.ts';
import type { Operation } from '../../sequence/plan-operations.ts';
import { elementOf } from './elements.ts';
import { jump } from './expressions.ts';
import { EMPTY_LISTING, type ListedEndpoint, type Listing } from './listing.ts';
import {
  CHAIN,
  checkedInterface,
  DIRECTIONS,
  endpointMap,
  FAMILIES,
  type Family,
  HELD,
  peerSet,
  policySetOf,
  TABLE,
  tierChain,
} from './names.ts';
import { nameHash } from './read-plane.ts';
import { type Chains, setChains } from './set-chains.ts';
import { BASE_CHAIN, skeletonChains } from './skeleton.ts';

/** One command of libnftables' JSON. */
export type Command = Readonly<Record<string, unknown>>;

const MAKE_TABLE: Command = { add: { table: { family: TABLE.family, name: TABLE.table } } };
const DELETE_TABLE: Command = { delete: { table: { family: TABLE.family, name: TABLE.table } } };
/** What is not there cannot be deleted, so it is made first. */
export const CLEAR: readonly Command[] = [MAKE_TABLE, DELETE_TABLE];

const on = (
  verb: 'add' | 'flush' | 'delete',
  what: 'chain' | 'set' | 'map' | 'rule' | 'element',
  one: object,
): Command => ({ [verb]: { [what]: { ...TABLE, ...one } } });

/** What is there before the transaction: chains by policy set, endpoints by key. */
interface Held {
  readonly listing: Listing;
  readonly chains: ReadonlyMap<string, readonly string[]>;
  readonly endpoints: ReadonlyMap<string, ListedEndpoint>;
  readonly group: number;
}

/**
 * The commands, one transaction, that make the changes in a table that stands as `listing` says. `clear` only as the first of them. `group` is
 * NFLOG's. Pure.
 */
export function writePlane(listing: Listing, operations: readonly Operation[], group: number): Command[] {
  const isCleared = operations[0]?.kind === 'clear';
  const held = heldBy(isCleared ? EMPTY_LISTING : listing, group);
  return [
    ...(isCleared ? CLEAR : []),
    ...FRAME,
    ...operations.slice(isCleared ? 1 : 0).flatMap((operation) => commandsOf(held, operation)),
    ...holdInterfaces(held, operations),
  ];
}

/** What rules and endpoints refer to. Adding what is there changes nothing. */
const FRAME: readonly Command[] = [
  MAKE_TABLE,
  on('add', 'chain', { name: CHAIN.deny }),
  on('add', 'chain', { name: CHAIN.arrive }),
  on('add', 'set', { name: HELD, type: 'ifname' }),
  ...DIRECTIONS.flatMap((direction) =>
    FAMILIES.map((family) =>
      on('add', 'map', { name: endpointMap(direction, family), type: ['ifname', `ipv${family}_addr`], map: 'verdict' }),
    ),
  ),
];

function heldBy(listing: Listing, group: number): Held {
  const chains = new Map<string, string[]>();
  for (const name of listing.chains.keys()) {
    const id = policySetOf(name);
    if (id !== null) chains.set(id, [...(chains.get(id) ?? []), name]);
  }
  const listed = FAMILIES.flatMap((family) => listing.maps.get(endpointMap('egress', family)) ?? []);
  return { listing, chains, endpoints: new Map(listed.map((one) => [endpointKey(one), one])), group };
}

function commandsOf(held: Held, operation: Operation): Command[] {
  switch (operation.kind) {
    case 'clear':
      throw new MargayError('INTERNAL', 'A plane is cleared before anything else, or not at all.');
    case 'put-settings':
      return [
        on('add', 'chain', { name: CHAIN.forward, ...BASE_CHAIN }),
        ...fillChains(skeletonChains(operation.settings)),
      ];
    case 'remove-settings':
      return removeChains(held.listing.chains.has(CHAIN.forward) ? [CHAIN.forward] : []);
    case 'make-address-set':
      return [
        ...FAMILIES.map((family) =>
          on('add', 'set', { name: peerSet(operation.name, family), type: `ipv${family}_addr`, flags: ['interval'] }),
        ),
        ...FAMILIES.flatMap((family) => changeElements('add', operation.name, ofFamily(operation.ranges, family))),
      ];
    case 'change-address-set':
      return FAMILIES.flatMap((family) => changePeers(held.listing, operation, family));
    case 'remove-address-set':
      return FAMILIES.map((family) => on('delete', 'set', { name: peerSet(operation.name, family) }));
    case 'put-policy-set':
      return putPolicySet(held, operation.set);
    case 'remove-policy-set':
      return removeChains(held.chains.get(operation.id) ?? []);
    case 'put-endpoint':
      return [...removeEndpoint(held, operation.key), ...addEndpoint(operation.endpoint)];
    case 'remove-endpoint':
      return removeEndpoint(held, operation.key);
  }
}

/** nft's work for deleting from an interval set grows with what is deleted times what is there (1.0.6): 0.1 s. Beyond, the set is filled anew. */
const DELETING_MAX = 2 ** 18;

function changePeers(
  listing: Listing,
  { name, remove, add }: Extract<Operation, { kind: 'change-address-set' }>,
  family: Family,
): Command[] {
  const [gone, come] = [ofFamily(remove, family), ofFamily(add, family)];
  const there = listing.sets.get(peerSet(name, family)) ?? [];
  if (gone.length * there.length <= DELETING_MAX)
    return [...changeElements('delete', name, gone), ...changeElements('add', name, come)];
  const keys = new Set(gone.map(rangeKey));
  return [
    on('flush', 'set', { name: peerSet(name, family) }),
    ...changeElements('add', name, [...there.filter((range) => !keys.has(rangeKey(range))), ...come]),
  ];
}

const ofFamily = (ranges: readonly AddressRange[], family: Family) => ranges.filter((one) => one.family === family);

/** All of one family. */
function changeElements(verb: 'add' | 'delete', name: string, ranges: readonly AddressRange[]): Command[] {
  const [first] = ranges;
  if (first === undefined) return [];
  return [on(verb, 'element', { name: peerSet(name, first.family), elem: ranges.map(elementOf) })];
}

function putPolicySet({ chains, group }: Held, set: PolicySetTable): Command[] {
  const wanted = setChains(set, group);
  const stray = (chains.get(set.id) ?? []).filter((name) => !wanted.has(name));
  return [...fillChains(wanted), ...removeChains(stray)];
}

/** All chains first, for their rules lead to each other. */
function fillChains(chains: Chains): Command[] {
  return [
    ...[...chains.keys()].map((name) => on('add', 'chain', { name })),
    ...[...chains.keys()].map((name) => on('flush', 'chain', { name })),
    ...[...chains].flatMap(([chain, rules]) => rules.map((expr) => on('add', 'rule', { chain, expr }))),
  ];
}

function removeChains(names: readonly string[]): Command[] {
  return [
    ...names.map((name) => on('flush', 'chain', { name })),
    ...names.map((name) => on('delete', 'chain', { name })),
  ];
}

function addEndpoint(endpoint: PlaneEndpoint): Command[] {
  const { address, hostInterface } = endpoint;
  if (address.first !== address.last) throw new MargayError('INTERNAL', `${endpoint.name}: not one address.`);
  const val = { concat: [checkedInterface(hostInterface), elementOf(address)] };
  return DIRECTIONS.map((direction) =>
    on('add', 'element', {
      name: endpointMap(direction, address.family),
      elem: [[{ elem: { val, comment: nameHash(endpoint) } }, jump(tierChain(endpoint[direction], address.family, 0))]],
    }),
  );
}

/** Brings the set of the endpoints' interfaces to what it is to be after all operations: two endpoints may share one. */
function holdInterfaces({ listing, endpoints }: Held, operations: readonly Operation[]): Command[] {
  const after = new Map([...endpoints].map(([key, { hostInterface }]) => [key, hostInterface]));
  for (const operation of operations) {
    if (operation.kind === 'put-endpoint') after.set(operation.key, operation.endpoint.hostInterface);
    else if (operation.kind === 'remove-endpoint') after.delete(operation.key);
  }
  const wanted = new Set(after.values());
  const come = [...wanted].filter((name) => !listing.held.has(name)).map(checkedInterface);
  const gone = [...listing.held].filter((name) => !wanted.has(name));
  return [
    ...(gone.length > 0 ? [on('delete', 'element', { name: HELD, elem: gone })] : []),
    ...(come.length > 0 ? [on('add', 'element', { name: HELD, elem: come })] : []),
  ];
}

function removeEndpoint({ endpoints }: Held, key: string): Command[] {
  const held = endpoints.get(key);
  if (held === undefined) return [];
  const { address, hostInterface } = held;
  return DIRECTIONS.map((direction) =>
    on('delete', 'element', {
      name: endpointMap(direction, address.family),
      elem: [{ concat: [hostInterface, elementOf(address)] }],
    }),
  );
}
