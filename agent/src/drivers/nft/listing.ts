import { MargayError } from '@margay/model';
import type { AddressRange } from '@margay/policy';
import { z } from 'zod';
import { rangeSchema } from './elements.ts';
import { destinationPort, type Rule, type Statement, sourcePort } from './expressions.ts';
import { DIRECTIONS, endpointMap, FAMILIES, type Family, HELD, parsePeerSet, TABLE } from './names.ts';
import { BASE_CHAIN } from './skeleton.ts';

const own = { family: z.literal(TABLE.family), table: z.literal(TABLE.table), handle: z.int() };
const addressType = z.enum(['ipv4_addr', 'ipv6_addr']);
const goesTo = z.strictObject({ jump: z.strictObject({ target: z.string() }) });
const endpointElement = z.tuple([
  z.strictObject({
    elem: z.strictObject({
      val: z.strictObject({ concat: z.tuple([z.string(), rangeSchema]) }),
      comment: z.string(),
    }),
  }),
  goesTo,
]);
/** What we write, and no field more. */
const objectSchema = z.union([
  z.strictObject({ metainfo: z.looseObject({ json_schema_version: z.literal(1) }) }),
  z.strictObject({
    table: z.strictObject({ family: own.family, name: z.literal(TABLE.table), handle: own.handle }),
  }),
  z.strictObject({
    set: z.strictObject({
      ...own,
      name: z.string(),
      type: addressType,
      flags: z.tuple([z.literal('interval')]),
      elem: z.array(rangeSchema).default([]),
    }),
  }),
  z
    .strictObject({
      set: z.strictObject({
        ...own,
        name: z.literal(HELD),
        type: z.literal('ifname'),
        elem: z.array(z.string()).default([]),
      }),
    })
    .transform(({ set }) => ({ held: set })),
  z.strictObject({
    map: z.strictObject({
      ...own,
      name: z.string(),
      type: z.tuple([z.literal('ifname'), addressType]),
      map: z.literal('verdict'),
      elem: z.array(endpointElement).default([]),
    }),
  }),
  z.strictObject({
    chain: z.union([
      z.strictObject({ ...own, name: z.string() }),
      z.strictObject({
        ...own,
        name: z.string(),
        type: z.literal(BASE_CHAIN.type),
        hook: z.literal(BASE_CHAIN.hook),
        prio: z.literal(BASE_CHAIN.prio),
        policy: z.literal(BASE_CHAIN.policy),
      }),
    ]),
  }),
  z.strictObject({
    rule: z.strictObject({ ...own, chain: z.string(), expr: z.array(z.record(z.string(), z.unknown())) }),
  }),
]);
const listingSchema = z.object({ nftables: z.array(z.unknown()) });

export interface ListedEndpoint {
  readonly hostInterface: string;
  readonly address: AddressRange;
  /** Chain. */
  readonly target: string;
  /** Hash of the pod's name. */
  readonly comment: string;
}

/** Both ports at once: what nft makes of a destination port followed by a source port. */
const bothPorts = z.strictObject({
  match: z.strictObject({
    op: z.literal('=='),
    left: z.strictObject({
      payload: z.strictObject({ base: z.literal('th'), offset: z.literal(0), len: z.literal(32) }),
    }),
    right: z.int(),
  }),
});

function apart(statement: Statement): Statement[] {
  const both = bothPorts.safeParse(statement);
  if (!both.success) return [statement];
  const { right } = both.data.match;
  const exactly = (port: number) => [{ first: port, last: port }];
  return [destinationPort(exactly(right & 0xffff)), sourcePort(exactly(right >>> 16))];
}

/** Our table as it stands in the kernel. */
export interface Listing {
  /** Something in it was not made by us. */
  readonly foreign: boolean;
  /** By nft's name of the set. */
  readonly sets: ReadonlyMap<string, readonly AddressRange[]>;
  /** Interfaces from which only endpoints may send. */
  readonly held: ReadonlySet<string>;
  /** By nft's name of the map. */
  readonly maps: ReadonlyMap<string, readonly ListedEndpoint[]>;
  readonly chains: ReadonlyMap<string, { readonly isBase: boolean; readonly rules: readonly Rule[] }>;
}

export const EMPTY_LISTING: Listing = {
  foreign: false,
  sets: new Map(),
  held: new Set(),
  maps: new Map(),
  chains: new Map(),
};

const MAPS = new Map(
  DIRECTIONS.flatMap((direction) => FAMILIES.map((family) => [endpointMap(direction, family), family] as const)),
);
const typeOf = (family: Family) => (family === 4 ? 'ipv4_addr' : 'ipv6_addr');

/** Reads what `nft -jn list table` printed. Throws where that is no listing at all; what is in it and not ours makes it `foreign`. */
export function parseListing(printed: string): Listing {
  const outer = listingSchema.safeParse(JSON.parse(printed));
  if (!outer.success) throw new MargayError('UNAVAILABLE', 'nft printed something that is not a listing in JSON.');
  let foreign = false;
  const sets = new Map<string, readonly AddressRange[]>();
  let held: ReadonlySet<string> = new Set();
  const maps = new Map<string, readonly ListedEndpoint[]>();
  const chains = new Map<string, { isBase: boolean; rules: Rule[] }>();
  for (const raw of outer.data.nftables) {
    const parsed = objectSchema.safeParse(raw);
    if (!parsed.success) {
      foreign = true;
      continue;
    }
    const one = parsed.data;
    if ('held' in one) held = new Set(one.held.elem);
    else if ('set' in one) {
      const family = parsePeerSet(one.set.name)?.family;
      if (family === undefined || one.set.type !== typeOf(family)) foreign = true;
      sets.set(one.set.name, one.set.elem);
    } else if ('map' in one) {
      const family = MAPS.get(one.map.name);
      if (family === undefined || one.map.type[1] !== typeOf(family)) foreign = true;
      maps.set(one.map.name, one.map.elem.map(endpointOf));
    } else if ('chain' in one) chains.set(one.chain.name, { isBase: 'hook' in one.chain, rules: [] });
    else if ('rule' in one) chains.get(one.rule.chain)?.rules.push(one.rule.expr.flatMap(apart));
  }
  return { foreign, sets, held, maps, chains };
}

function endpointOf([{ elem }, { jump }]: z.output<typeof endpointElement>): ListedEndpoint {
  const [hostInterface, address] = elem.val.concat;
  return { hostInterface, address, target: jump.target, comment: elem.comment };
}
