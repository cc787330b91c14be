import type { Direction, PolicyModel, Rule, Side } from '../model/policy.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { ruleBase } from './rule-base.ts';

/** One end of a rule, as the source or as the destination. Ends that ask the same are one term: thousands of rules share a few. */
export interface SideTerm {
  readonly role: 'source' | 'destination';
  readonly side: Side;
}
export interface CompiledRule {
  readonly rule: Rule;
  /** Pool number of what the rule's own protocol conditions leave. */
  readonly base: number;
  /** Terms of the end that the policy governs and of the other, by their place in the list. */
  readonly ownTerm: number;
  readonly peerTerm: number;
}
/** Rules of each policy by its place; those that only log are left out. */
export type CompiledRules = Readonly<Record<Direction, readonly (readonly CompiledRule[])[]>>;

export function compileRules(policies: readonly PolicyModel[], pool: ConnectionPool) {
  const terms: SideTerm[] = [];
  const termByKey = new Map<string, number>();
  const termOf = (rule: Rule, role: SideTerm['role']) => {
    const key = `${role}|${sideKey(rule[role])}`;
    const known = termByKey.get(key);
    if (known !== undefined) return known;
    termByKey.set(key, terms.length);
    return terms.push({ role, side: rule[role] }) - 1;
  };
  const compile = (direction: Direction) =>
    policies.map((policy) =>
      policy.rules[direction]
        .filter(({ action }) => action !== 'log')
        .map((rule) => {
          const [source, destination] = [termOf(rule, 'source'), termOf(rule, 'destination')];
          const ends = direction === 'egress' ? [source, destination] : [destination, source];
          const [ownTerm = -1, peerTerm = -1] = ends;
          return { rule, base: pool.idOf(ruleBase(rule)), ownTerm, peerTerm };
        }),
    );
  const rules: CompiledRules = { ingress: compile('ingress'), egress: compile('egress') };
  return { rules, terms };
}

function sideKey({ selector, notSelector, nets, notNets, ports, notPorts, service, nodes }: Side): string {
  const ranges = (list: Side['nets']) => list?.map(({ family, first, last }) => `${family}:${first}-${last}`) ?? null;
  return JSON.stringify([
    selector?.text ?? null,
    notSelector?.text ?? null,
    ranges(nets),
    ranges(notNets),
    ports,
    notPorts,
    service,
    nodes?.text ?? null,
  ]);
}
