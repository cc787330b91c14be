import type { Direction, PolicyModel, PortMatch, Rule, Side } from '../model/policy.ts';
import { IMPLIED, mapLabels } from '../selector/prefix-labels.ts';
import { printSelector } from '../selector/print-selector.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { allOf } from '../selector/selector-pool.ts';
import { splitMember } from './member-terms.ts';
import { netText } from './net-text.ts';
import type { Reasons, Refuse } from './reason.ts';

const ACTIONS = { allow: 'Allow', deny: 'Deny', pass: 'Pass', log: 'Log' } as const;
const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP', 132: 'SCTP', 136: 'UDPLite' };
/** Stands where a rule is there for no packet, so that the others keep their numbers. */
const NOBODY = { selector: '!all()' };

/** As the spec of projectcalico.org/v3 NetworkPolicy or GlobalNetworkPolicy; `tier` where it is to stand. Null: refused. */
export function toCalico(policy: PolicyModel, tier: string, reasons: Reasons): object | null {
  const whole = reasons.at('spec');
  if (!policy.governsPods) return whole('a policy for host endpoints', 'leave it as it is');
  const subject = subjectOf(policy);
  const write = (direction: Direction) =>
    policy.rules[direction].map((rule) => writeRule(rule, policy, reasons.at(rule.path)));
  const [ingress, egress] = [write('ingress'), write('egress')];
  return {
    ...(tier === 'default' ? {} : { tier }),
    ...(policy.order === Number.POSITIVE_INFINITY ? {} : { order: policy.order }),
    ...subject,
    types: [...(policy.governs.ingress ? ['Ingress'] : []), ...(policy.governs.egress ? ['Egress'] : [])],
    ...(ingress.length > 0 ? { ingress } : {}),
    ...(egress.length > 0 ? { egress } : {}),
  };
}

/** Whom a policy governs is pods in any case. */
function subjectOf({ subject, namespace }: PolicyModel): object {
  const { own, namespaces, inNamespaces, inAnyNamespace, inNone } = splitMember(subject.node);
  const names = namespace === '' ? inNamespaces : inNamespaces.filter((name) => name !== namespace);
  const named = names.map((value): SelectorNode => ({ op: '==', label: IMPLIED.namespace, value }));
  const none: SelectorNode = { op: 'not', operand: { op: 'has', label: IMPLIED.namespace } };
  const lent = namespace === '' ? [] : namespaces.map(lend);
  const selector = allOf(...own, ...named, ...lent, inNone ? none : null);
  const spaces = namespace !== '' ? null : namespaces.length > 0 ? allOf(...namespaces) : inAnyNamespace ? ALL : null;
  return {
    selector: printSelector(selector),
    ...(spaces === null ? {} : { namespaceSelector: printSelector(spaces) }),
  };
}

const ALL: SelectorNode = { op: 'all' };

/** Labels of the namespace as a flat selector knows them. */
function lend(node: SelectorNode): SelectorNode {
  return mapLabels(node, (label) => `${IMPLIED.namespacePrefix}${label}`);
}

function writeRule(rule: Rule, { namespace }: PolicyModel, refuse: Refuse): object {
  const { action, family, protocol, notProtocol, icmp, notIcmp, source, destination } = rule;
  const isBound = [source, destination].some(({ nets, notNets }) => (nets ?? notNets).length > 0);
  const isNobody = [source, destination].some(({ nets }) => nets !== null && nets.length === 0);
  const sides = isNobody
    ? { source: NOBODY }
    : { source: writeSide(source, namespace, refuse), destination: writeSide(destination, namespace, refuse) };
  return {
    action: ACTIONS[action],
    ...(family === null || isBound ? {} : { ipVersion: family }),
    ...(protocol === null ? {} : { protocol: PROTOCOLS[protocol] ?? protocol }),
    ...(notProtocol === null ? {} : { notProtocol: PROTOCOLS[notProtocol] ?? notProtocol }),
    ...(icmp === null ? {} : { icmp: { type: icmp.type, ...(icmp.code === null ? {} : { code: icmp.code }) } }),
    ...(notIcmp === null
      ? {}
      : { notICMP: { type: notIcmp.type, ...(notIcmp.code === null ? {} : { code: notIcmp.code }) } }),
    ...Object.fromEntries(Object.entries(sides).filter(([, side]) => Object.keys(side).length > 0)),
  };
}

function writeSide(side: Side, namespace: string, refuse: Refuse): object {
  const { selector, notSelector, nets, notNets, ports, notPorts, service, nodes } = side;
  if (nodes !== null) refuse('nodes as the peer', 'nets of their addresses, or host endpoints');
  return {
    ...(selector === null ? {} : writeSelector(selector.node, namespace)),
    ...(notSelector === null ? {} : { notSelector: printSelector(notSelector.node) }),
    ...(nets === null ? {} : { nets: nets.map(netText) }),
    ...(notNets.length === 0 ? {} : { notNets: notNets.map(netText) }),
    ...(service === null ? {} : { services: { name: service.name, namespace: service.namespace } }),
    ...(ports === null ? {} : { ports: writePortMatch(ports) }),
    ...(notPorts === null ? {} : { notPorts: writePortMatch(notPorts) }),
  };
}

/** In a policy with a namespace a selector means that namespace, unless a namespaceSelector stands beside it. */
function writeSelector(node: SelectorNode, namespace: string): object {
  const { onlyPods, inNamespaces, namespaces, inAnyNamespace, inNone, own } = splitMember(node);
  const isOwn = namespace !== '' && inNamespaces.includes(namespace) && namespaces.length === 0 && !inNone;
  const names = isOwn ? inNamespaces.filter((name) => name !== namespace) : inNamespaces;
  // What has no namespace has none of its labels either: both are then said of the member itself.
  const lent = inNone ? namespaces.map(lend) : [];
  const selector = allOf(
    ...own,
    ...lent,
    ...names.map((value): SelectorNode => ({ op: '==', label: IMPLIED.namespace, value })),
    onlyPods ? { op: '==', label: IMPLIED.orchestrator, value: 'k8s' } : null,
    namespaces.length > 0 && inAnyNamespace ? { op: 'has', label: IMPLIED.namespace } : null,
  );
  if (isOwn) return { selector: printSelector(selector) };
  const spaces = inNone ? 'global()' : namespaces.length > 0 ? printSelector(allOf(...namespaces)) : 'all()';
  const isNeeded = namespace !== '' || inNone || namespaces.length > 0 || inAnyNamespace;
  return {
    ...(selector.op === 'all' && isNeeded ? {} : { selector: printSelector(selector) }),
    ...(isNeeded ? { namespaceSelector: spaces } : {}),
  };
}

const writePortMatch = ({ ranges, names }: PortMatch) => [
  ...ranges.map(({ first, last }) => (first === last ? first : `${first}:${last}`)),
  ...names,
];
