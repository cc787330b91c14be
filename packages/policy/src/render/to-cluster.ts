import type { Action, Direction, PolicyModel, Rule, Side } from '../model/policy.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { writeLabelSelector, writePodSelector } from './label-selector.ts';
import { alternatives, splitMember } from './member-terms.ts';
import { netText } from './net-text.ts';
import { isPlainRule } from './plain-rule.ts';
import type { Reasons, Refuse } from './reason.ts';
import { groupRules, isAnybody, type RulePorts } from './rule-groups.ts';
import { NAME_LABEL } from './to-kubernetes.ts';
import { protocolsOf } from './write-ports.ts';

export interface ClusterOptions {
  /** Where among policies of its level it stands, 0 to 1000; the policy's own order unless given. */
  readonly priority?: number;
  /** `Admin`, before NetworkPolicies, or `Baseline`, behind them; where the policy stands itself unless given. */
  readonly level?: 'Admin' | 'Baseline';
  /** "Anybody" is taken to mean every pod: traffic into pods from outside the cluster is left alone, as this kind cannot speak of it. */
  readonly insideOnly?: boolean;
  /** Selectors are taken to mean pods: true where no network set or host endpoint carries labels that they match. */
  readonly podsOnly?: boolean;
}

const ACTIONS: Readonly<Record<Action, string | null>> = { allow: 'Accept', deny: 'Deny', pass: 'Pass', log: null };
const PEERS = { ingress: 'from', egress: 'to' } as const;
/** Tiers whose end lets packets go on, as both levels of this kind do. */
const LEVELS: Readonly<Record<string, 'Admin' | 'Baseline'>> = {
  adminnetworkpolicy: 'Admin',
  'kube-admin': 'Admin',
  baselineadminnetworkpolicy: 'Baseline',
  'kube-baseline': 'Baseline',
};
/** A peer for each family, as reading makes of them in any case. */
const EVERYWHERE = [{ networks: ['0.0.0.0/0'] }, { networks: ['::/0'] }];

/** As the spec of a policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy. Null: refused. */
export function toCluster(policy: PolicyModel, options: ClusterOptions, reasons: Reasons): object | null {
  const whole = reasons.at('spec');
  const own = LEVELS[policy.tier];
  const level = options.level ?? own;
  const priority = options.priority ?? policy.order;
  if (!policy.governsPods) return whole('a policy for host endpoints', 'leave it as it is');
  if (level === undefined)
    return whole(`a policy of the tier ${policy.tier}`, 'say which level it shall have, Admin or Baseline');
  if (own === undefined && policy.tier !== 'default')
    return whole(`a policy of the tier ${policy.tier}`, 'tier default, or an admin policy');
  if (!Number.isInteger(priority) || priority < 0 || priority > 1000)
    return whole('an order that is no priority', 'a priority from 0 to 1000');
  const write = (direction: Direction): object[] => {
    if (!policy.governs[direction]) return [];
    const rules = writeRules(policy.rules[direction], direction, options, reasons);
    return own === undefined ? [...rules, ...closing(direction, options, whole)] : rules;
  };
  const [ingress, egress] = [write('ingress'), write('egress')];
  return {
    tier: level,
    priority,
    subject: writeMember(splitMember(policy.subject.node), 'pods', reasons.at('spec.subject')),
    ...(ingress.length > 0 ? { ingress } : {}),
    ...(egress.length > 0 ? { egress } : {}),
  };
}

/** What a tier that denies at its end says by itself. */
function closing(direction: Direction, { insideOnly }: ClusterOptions, refuse: Refuse): object[] {
  const everybody = writeAnybody(direction, insideOnly === true, refuse);
  return everybody === null ? [] : [{ name: 'deny-the-rest', action: 'Deny', [PEERS[direction]]: everybody }];
}

function writeAnybody(direction: Direction, insideOnly: boolean, refuse: Refuse): object[] | null {
  if (direction === 'egress') return [{ namespaces: {} }, ...EVERYWHERE];
  return insideOnly
    ? [{ namespaces: {} }]
    : refuse('traffic from outside the cluster', 'insideOnly, which leaves that traffic alone');
}

function writeRules(rules: readonly Rule[], direction: Direction, options: ClusterOptions, reasons: Reasons): object[] {
  const kept = rules.filter(
    ({ source, destination }) => ![source, destination].some(({ nets }) => nets !== null && nets.length === 0),
  );
  return groupRules(kept, direction).flatMap((group) => {
    const refuse = reasons.at(group.rule.path);
    const action = ACTIONS[group.rule.action];
    if (action === null) return [];
    if (!isPlainRule(group.rule, direction, refuse)) return [];
    const peers = group.peers.map((peer) => writePeer(peer, direction, options, refuse));
    const protocols = writeProtocols(group.ports, refuse);
    if (protocols === null || peers.includes(null)) return [];
    const { name } = group.rule;
    const written = {
      ...(name === '' ? {} : { name }),
      action,
      [PEERS[direction]]: peers.flatMap((peer) => peer ?? []),
    };
    return [{ ...written, ...(protocols.length > 0 ? { protocols } : {}) }];
  });
}

function writePeer(peer: Side, direction: Direction, options: ClusterOptions, refuse: Refuse): object[] | null {
  if (isAnybody(peer)) return writeAnybody(direction, options.insideOnly === true, refuse);
  const { selector, notSelector, nets, notNets, service, nodes } = peer;
  if (service !== null) return refuse('a Service as the peer', 'the pods behind it');
  if (direction === 'ingress' && (nets !== null || nodes !== null))
    return refuse('a source outside the cluster', 'nothing: this kind cannot speak of it');
  if (notSelector !== null || notNets.length > 0)
    return refuse('peers that are excluded', 'a rule before it that decides over them');
  if (selector !== null && (nets !== null || nodes !== null))
    return refuse('a selector and blocks at once', 'one of them');
  if (nodes !== null) {
    const written = writeLabelSelector(splitMember(nodes.node).own, refuse);
    return written && [{ nodes: written }];
  }
  if (nets !== null) return [{ networks: nets.map(netText) }];
  return writeSelector(selector?.node ?? { op: 'all' }, options, refuse);
}

function writeSelector(selector: SelectorNode, { podsOnly = false }: ClusterOptions, refuse: Refuse): object[] | null {
  const peers = alternatives(selector).map((node) => {
    const terms = splitMember(node);
    if (terms.inNone) return refuse('peers outside all namespaces', 'networks');
    const isWholeNamespace = terms.own.length === 0 && (terms.inAnyNamespace || terms.namespaces.length > 0);
    if (!terms.onlyPods && isWholeNamespace) return writeMember(terms, 'members', refuse);
    if (!terms.onlyPods && !podsOnly)
      return refuse('a selector that network sets may match too', 'podsOnly, where no network set carries such labels');
    return writeMember(terms, 'pods', refuse);
  });
  return peers.includes(null) ? null : peers.filter((peer) => peer !== null);
}

/** `members`: network sets of the namespaces too, which `namespaces` of a peer means and `pods` does not. */
function writeMember(terms: ReturnType<typeof splitMember>, who: 'pods' | 'members', refuse: Refuse): object | null {
  if (terms.inNone) return refuse('nothing that this kind knows', 'leave it out');
  const names = terms.inNamespaces.map((value) => ({ op: '==', label: NAME_LABEL, value }) as const);
  const namespaceSelector = writeLabelSelector([...terms.namespaces, ...names], refuse);
  const podSelector = writePodSelector(terms.own, refuse);
  if (namespaceSelector === null || podSelector === null) return null;
  return who === 'members' ? { namespaces: namespaceSelector } : { pods: { namespaceSelector, podSelector } };
}

function writeProtocols(groups: readonly RulePorts[], refuse: Refuse): object[] | null {
  const entries: object[] = [];
  for (const { protocol, ports } of groups) {
    if (protocol === null && ports === null)
      return groups.length === 1 ? [] : refuse('any port beside listed ones', 'rules of their own');
    const [name] = protocolsOf(protocol) ?? [];
    if (name === undefined) return refuse(`protocol ${protocol}`, 'TCP, UDP or SCTP');
    if (protocol === null && ports !== null && ports.ranges.length > 0)
      return refuse('port numbers of every protocol', 'a protocol');
    if (protocol !== null && ports !== null && ports.names.length > 0)
      return refuse('a port name of one protocol', 'the number, or the name whatever the protocol');
    const key = name.toLowerCase();
    if (ports === null) entries.push({ [key]: {} });
    for (const { first, last } of ports?.ranges ?? []) {
      const destinationPort = first === last ? { number: first } : { range: { start: first, end: last } };
      entries.push({ [key]: { destinationPort } });
    }
    for (const destinationNamedPort of ports?.names ?? []) entries.push({ destinationNamedPort });
  }
  return entries;
}
