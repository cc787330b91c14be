import type { Clause, PolicySetTable } from '@margay/policy';
import { type CompiledSet, compileSet, type Hit, type Target } from './compile-set.ts';
import { divideClause } from './divide-clause.ts';
import {
  ACCEPT,
  beginsConnection,
  destinationPort,
  goto,
  inSet,
  log,
  protocol,
  type Rule,
  type Statement,
  sourcePort,
} from './expressions.ts';
import { CHAIN, FAMILIES, type Family, hitChain, hitPrefix, peerSet, tierChain } from './names.ts';

/** Rules by chain. */
export type Chains = ReadonlyMap<string, readonly Rule[]>;

/**
 * The chains of one policy set: for each family one a tier and way to it, and one a hit, which logs what begins a connection and carries the verdict out.
 * No chain is longer for a family that its clauses do not speak of. `group` is NFLOG's.
 */
export function setChains(set: PolicySetTable, group: number): Chains {
  const compiled = compileSet(set);
  const chains = new Map<string, readonly Rule[]>();
  for (const family of FAMILIES)
    for (const [place, { rules, end }] of compiled.nodes.entries())
      chains.set(tierChain(set.id, family, place), [
        ...rules.flatMap(({ clause, target }) => clauseRules(compiled, family, clause, target)),
        [lead(compiled, family, end)],
      ]);
  for (const [place, hit] of compiled.hits.entries())
    chains.set(hitChain(set.id, place), hitRules(compiled, hit, log(hitPrefix(set.id, place), group)));
  return chains;
}

function clauseRules({ id, direction, ...rest }: CompiledSet, family: Family, clause: Clause, target: Target): Rule[] {
  if (clause.family !== null && clause.family !== family) return [];
  const field = direction === 'egress' ? 'daddr' : 'saddr';
  const peers = clause.peers === null ? [] : [inSet(family, field, peerSet(clause.peers, family))];
  return divideClause(clause).map(({ protocols, destinationPorts, sourcePorts, icmp }) => [
    ...peers,
    ...(destinationPorts === null ? [] : [destinationPort(destinationPorts)]),
    ...(sourcePorts === null ? [] : [sourcePort(sourcePorts)]),
    ...(icmp === null ? [] : [sourcePort(icmp)]),
    ...(protocols === null ? [] : [protocol(protocols)]),
    lead({ id, direction, ...rest }, family, target),
  ]);
}

const lead = ({ id }: CompiledSet, family: Family, { kind, place }: Target) =>
  goto(kind === 'node' ? tierChain(id, family, place) : hitChain(id, place));

function hitRules({ direction }: CompiledSet, { verdict }: Hit, logs: Statement): Rule[] {
  // What ends a running connection is always told; what goes on in one is not.
  if (verdict === 'deny') return [[logs], [goto(CHAIN.deny)]];
  return [[beginsConnection, logs], [direction === 'egress' ? goto(CHAIN.arrive) : ACCEPT]];
}
