import { containsRange, overlapsRange } from '../address/address-range.ts';
import type { Direction, PolicyModel, Side } from '../model/policy.ts';
import { type WrittenSelector, writeLabelSelector, writePodSelector } from './label-selector.ts';
import { alternatives, splitMember } from './member-terms.ts';
import { netText } from './net-text.ts';
import { isPlainRule } from './plain-rule.ts';
import type { Reasons, Refuse } from './reason.ts';
import { groupRules, isAnybody } from './rule-groups.ts';
import { writePorts } from './write-ports.ts';

export interface KubernetesOptions {
  /** Selectors are taken to mean pods: true where no network set or host endpoint carries labels that they match. */
  readonly podsOnly?: boolean;
  /** The order within the tier is given up: true where no policy of the tier denies or passes. */
  readonly ignoreOrder?: boolean;
}
const ORDER = 1000;
const PEERS = { ingress: 'from', egress: 'to' } as const;

/** As networking.k8s.io/v1 NetworkPolicy: what it allows, and nothing else. Null: refused, with reasons. */
export function toKubernetes(policy: PolicyModel, options: KubernetesOptions, reasons: Reasons): object | null {
  const whole = reasons.at('spec');
  if (policy.namespace === '') whole('a policy for all namespaces', 'one NetworkPolicy in each namespace');
  if (policy.tier !== 'default')
    whole(`a policy of the tier ${policy.tier}`, 'tier default, where NetworkPolicies are');
  if (!policy.governsPods) whole('a policy for host endpoints', 'leave it as it is');
  if (policy.order !== ORDER && options.ignoreOrder !== true)
    whole(
      `order ${policy.order === Number.POSITIVE_INFINITY ? 'last' : policy.order}`,
      `order ${ORDER}, which every NetworkPolicy has`,
    );
  if (!policy.governs.ingress && !policy.governs.egress) whole('a policy that governs nothing', 'leave it out');
  const podSelector = subjectOf(policy, reasons.at('spec.selector'));
  const write = (direction: Direction) =>
    policy.governs[direction] ? writeRules(policy, direction, options, reasons) : null;
  const [ingress, egress] = [write('ingress'), write('egress')];
  return {
    podSelector,
    policyTypes: [...(policy.governs.ingress ? ['Ingress'] : []), ...(policy.governs.egress ? ['Egress'] : [])],
    ...(ingress !== null && ingress.length > 0 ? { ingress } : {}),
    ...(egress !== null && egress.length > 0 ? { egress } : {}),
  };
}

function subjectOf({ subject, namespace }: PolicyModel, refuse: Refuse): WrittenSelector | null {
  const { inNamespaces, namespaces, own, inNone } = splitMember(subject.node);
  if (inNone || inNamespaces.some((name) => name !== namespace))
    return refuse('it selects nothing in its namespace', 'leave it out');
  if (namespaces.length > 0) return refuse('it selects by labels of the namespace', 'labels of pods');
  return writePodSelector(own, refuse);
}

function writeRules(policy: PolicyModel, direction: Direction, options: KubernetesOptions, reasons: Reasons): object[] {
  const kept = policy.rules[direction].filter(({ source, destination }) => !isNobody(source) && !isNobody(destination));
  return groupRules(kept, direction).flatMap((group) => {
    const refuse = reasons.at(group.rule.path);
    const { action } = group.rule;
    if (action !== 'allow') refuse(`a rule that says ${action}`, 'rules that allow; what they leave out is denied');
    if (!isPlainRule(group.rule, direction, refuse) || action !== 'allow') return [];
    const peers = group.peers.map((peer) => writePeer(peer, policy.namespace, options, refuse));
    const ports = writePorts(group.ports, refuse);
    if (ports === null || peers.includes(null)) return [];
    const all = group.peers.some(isAnybody) ? [] : peers.flatMap((peer) => peer ?? []);
    // Every peer of the rule turned out to be nobody.
    if (all.length === 0 && !group.peers.some(isAnybody)) return [];
    return [{ ...(all.length > 0 ? { [PEERS[direction]]: all } : {}), ...(ports.length > 0 ? { ports } : {}) }];
  });
}

const isNobody = ({ nets }: Side) => nets !== null && nets.length === 0;

function writePeer(
  peer: Side,
  namespace: string,
  { podsOnly = false }: KubernetesOptions,
  refuse: Refuse,
): object[] | null {
  if (isAnybody(peer)) return [];
  const { selector, notSelector, nets, notNets, service, nodes } = peer;
  if (service !== null) return refuse('a Service as the peer', 'the pods behind it');
  if (nodes !== null) return refuse('nodes as the peer', 'an ipBlock of their addresses');
  if (notSelector !== null) return refuse('peers that are excluded', 'the peers that are left');
  if (nets === null && notNets.length > 0)
    return refuse('blocks that are excluded from everything', 'the whole address space as a block, less those');
  if (selector !== null && nets !== null) return refuse('a selector and blocks at once', 'one of them');
  if (nets !== null) return writeBlocks({ nets, notNets });
  return writeAlternatives(peer, namespace, podsOnly, refuse);
}

function writeBlocks({ nets, notNets }: { nets: NonNullable<Side['nets']>; notNets: Side['notNets'] }): object[] {
  const left = nets.filter((net) => !notNets.some((hole) => containsRange(hole, net)));
  return left.map((net) => {
    const except = notNets.filter((hole) => overlapsRange(net, hole)).map(netText);
    return { ipBlock: { cidr: netText(net), ...(except.length > 0 ? { except } : {}) } };
  });
}

function writeAlternatives({ selector }: Side, namespace: string, podsOnly: boolean, refuse: Refuse): object[] | null {
  const peers = (selector === null ? [] : alternatives(selector.node)).map((node) => {
    const { onlyPods, inNamespaces, namespaces, inNone, own } = splitMember(node);
    if (inNone) return refuse('peers outside all namespaces', 'an ipBlock');
    if (!onlyPods && !podsOnly)
      return refuse('a selector that network sets may match too', 'podsOnly, where no network set carries such labels');
    const pods = writePodSelector(own, refuse);
    const names = inNamespaces.map((value) => ({ op: '==', label: NAME_LABEL, value }) as const);
    const isOwn = namespaces.length === 0 && inNamespaces.length === 1 && inNamespaces[0] === namespace;
    const spaces = isOwn ? null : writeLabelSelector([...namespaces, ...names], refuse);
    if (pods === null || (spaces === null && !isOwn)) return null;
    const hasPods = Object.keys(pods).length > 0;
    return { ...(isOwn ? {} : { namespaceSelector: spaces }), ...(hasPods || isOwn ? { podSelector: pods } : {}) };
  });
  return peers.some((peer) => peer === null) ? null : peers.filter((peer) => peer !== null);
}

/** The API server sets it on every namespace. */
export const NAME_LABEL = 'kubernetes.io/metadata.name';
