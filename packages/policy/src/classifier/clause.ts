import { matchesSourceService } from '../engine/match-service.ts';
import { matchesPeer } from '../engine/match-side.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { TraceEntry } from '../model/evaluation.ts';
import type { End } from '../model/packet.ts';
import type { Direction, PolicyModel, Rule, Side } from '../model/policy.ts';
import type { AtomBook } from './atom-book.ts';
import { type EndValues, NO_VALUES, valuesAt, valuesText } from './end-values.ts';
import type { PeerCondition, Role } from './peer-condition.ts';

/** A rule as one endpoint has it: what it asks of that endpoint is settled. */
export interface CompiledClause {
  readonly rule: Rule;
  readonly direction: Direction;
  readonly action: 'allow' | 'deny' | 'pass';
  /** Null: anybody. */
  readonly peer: PeerCondition | null;
  /** What names and Service of the endpoint's own side mean. */
  readonly own: EndValues;
  readonly hit: TraceEntry;
}

/** The clauses of one policy in one direction; shared by all endpoints for which they come out the same. */
export interface ClauseBlock {
  readonly id: number;
  readonly policy: PolicyModel;
  readonly clauses: readonly CompiledClause[];
}

export interface BlockBook {
  readonly blockOf: (policy: PolicyModel, direction: Direction, own: End) => ClauseBlock;
  /** Whether no rule asks anything of the endpoint but numbers of ports. */
  readonly isPlain: (policy: PolicyModel, direction: Direction) => boolean;
}

interface PolicyRecord {
  readonly plain: boolean;
  readonly rules: readonly Rule[];
  readonly blocks: Map<string, ClauseBlock>;
}

export function createBlockBook(cluster: ClusterModel, atoms: Pick<AtomBook, 'conditionOf'>): BlockBook {
  const records = {
    egress: new WeakMap<PolicyModel, PolicyRecord>(),
    ingress: new WeakMap<PolicyModel, PolicyRecord>(),
  };
  let made = 0;
  const recordOf = (policy: PolicyModel, direction: Direction): PolicyRecord => {
    const known = records[direction].get(policy);
    if (known !== undefined) return known;
    const rules = policy.rules[direction].filter(({ action }) => action !== 'log');
    const plain = rules.every((rule) => asksNothing(rule[ownRole(direction)]));
    const record = { plain, rules, blocks: new Map() };
    records[direction].set(policy, record);
    return record;
  };
  return {
    isPlain: (policy, direction) => recordOf(policy, direction).plain,
    blockOf: (policy, direction, end) => {
      const { plain, rules, blocks } = recordOf(policy, direction);
      const settled = plain ? null : rules.map((rule) => settle(cluster, rule, { role: ownRole(direction), end }));
      const key = settled === null ? '' : settled.map((own) => (own === null ? '-' : valuesText(own))).join(' ');
      const known = blocks.get(key);
      if (known !== undefined) return known;
      const clauses = rules.flatMap((rule, place): CompiledClause[] => {
        const own = settled === null ? NO_VALUES : settled[place];
        if (own === null || own === undefined || rule.action === 'log') return [];
        const peer = atoms.conditionOf(rule, peerRole(direction));
        const { tier, kind, namespace, name } = policy;
        const hit: TraceEntry = { tier, kind, namespace, name, rule: rule.index, action: rule.action };
        return [{ rule, direction, action: rule.action, peer, own, hit }];
      });
      const block = { id: made++, policy, clauses };
      blocks.set(key, block);
      return block;
    },
  };
}

const ownRole = (direction: Direction): Role => (direction === 'egress' ? 'source' : 'destination');
export const peerRole = (direction: Direction): Role => (direction === 'egress' ? 'destination' : 'source');

const asksNothing = ({ selector, notSelector, nets, notNets, ports, notPorts, service, nodes }: Side) =>
  selector === null &&
  notSelector === null &&
  nets === null &&
  notNets.length === 0 &&
  service === null &&
  nodes === null &&
  (ports === null || ports.names.length === 0) &&
  (notPorts === null || notPorts.names.length === 0);

/** What a rule's own side means at the endpoint; null: the endpoint is not whom it means. */
function settle(cluster: ClusterModel, rule: Rule, { role, end }: { role: Role; end: End }): EndValues | null {
  const side = rule[role];
  if (!matchesPeer(cluster, side, end, rule.family)) return null;
  if (role === 'source' && !matchesSourceService(cluster, side, end)) return null;
  const values = valuesAt(cluster, { side, role, end });
  return values.service?.length === 0 ? null : values;
}
