import { hash64 } from '@margay/model';
import { formatRange } from '../address/address-range.ts';
import { PROFILE_TIER } from '../engine/evaluate.ts';
import { compareBytes } from '../order/compare-bytes.ts';
import type { AddressBook } from './address-book.ts';
import type { CompiledClause } from './clause.ts';
import { endOfTier } from './decide-set.ts';
import { valuesText } from './end-values.ts';
import { ANYBODY, expandClause, type PeerSet } from './expand-clause.ts';
import type { PeerCondition } from './peer-condition.ts';
import type { CompiledSet } from './set-book.ts';
import type { Clause, DataPlaneTables, EndpointTable, PolicySetTable } from './tables.ts';

/** An endpoint at one address, with what governs it. */
export interface TabledEndpoint extends Omit<EndpointTable, 'egress' | 'ingress'> {
  readonly egress: CompiledSet;
  readonly ingress: CompiledSet;
}

/** Puts compiled sets into the form that data planes program. */
export function makeTables(endpoints: readonly TabledEndpoint[], addresses: AddressBook): DataPlaneTables {
  const addressSets = new Map<
    string,
    DataPlaneTables['addressSets'] extends ReadonlyMap<string, infer R> ? R : never
  >();
  const policySets = new Map<string, PolicySetTable>();
  const peersByCondition = new Map<number, readonly PeerSet[]>();
  const tables = new Map<CompiledSet, PolicySetTable>();

  const peersOf = (condition: PeerCondition | null): readonly PeerSet[] => {
    if (condition === null) return [ANYBODY];
    const known = peersByCondition.get(condition.id);
    if (known !== undefined) return known;
    const peers = addresses.of(condition).map(({ values, ranges }) => {
      const name = hash64(condition.hasValues ? `${condition.key} ${valuesText(values)}` : condition.key);
      addressSets.set(name, ranges);
      return { name, values };
    });
    peersByCondition.set(condition.id, peers);
    return peers;
  };
  const clausesOf = (clause: CompiledClause): Clause[] =>
    peersOf(clause.peer).flatMap((peers) => expandClause(clause, peers));
  const tableOf = (set: CompiledSet): PolicySetTable => {
    const known = tables.get(set);
    if (known !== undefined) return known;
    const table = tabled(set, clausesOf);
    tables.set(set, table);
    policySets.set(table.id, table);
    return table;
  };
  const tabledEndpoints = endpoints.map(({ egress, ingress, ...endpoint }) => ({
    ...endpoint,
    egress: tableOf(egress).id,
    ingress: tableOf(ingress).id,
  }));
  return {
    addressSets: byName(addressSets),
    policySets: byName(policySets),
    endpoints: tabledEndpoints.sort(compareEndpoints),
  };
}

function tabled(
  { direction, tiers, clauses, profile }: CompiledSet,
  clausesOf: (clause: CompiledClause) => Clause[],
): PolicySetTable {
  const body = {
    direction,
    tiers: tiers.map(({ tier, policies, range: [from, to] }) => ({
      name: tier.name,
      clauses: clauses.slice(from, to).flatMap(clausesOf),
      end: { action: tier.defaultAction, hit: endOfTier(policies, tier.defaultAction) },
    })),
    closing: closingOf(profile),
  };
  return { id: hash64(JSON.stringify(body)), ...body };
}

function closingOf(profile: string | null): PolicySetTable['closing'] {
  if (profile === null) return { action: 'deny', hit: null };
  const hit = { tier: PROFILE_TIER, kind: 'Profile', namespace: '', name: profile, rule: 0, action: 'allow' } as const;
  return { action: 'allow', hit };
}

const byName = <T>(map: ReadonlyMap<string, T>) => new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

const compareEndpoints = (a: EndpointTable, b: EndpointTable) =>
  compareBytes(a.namespace, b.namespace) ||
  compareBytes(a.name, b.name) ||
  compareBytes(formatRange(a.address), formatRange(b.address));
