import { type AddressRange, containsRange, parseNet } from '../address/address-range.ts';
import type { Direction, PolicyModel, Rule, Side } from '../model/policy.ts';
import {
  at,
  describe,
  isAbsent,
  type Place,
  readEach,
  readFields,
  readList,
  readObject,
  readText,
  refuse,
} from '../parse/place.ts';
import { IS_POD, inNamespace, overNamespaces } from '../selector/prefix-labels.ts';
import type { SelectorNode } from '../selector/selector.ts';
import { allOf } from '../selector/selector-pool.ts';
import {
  groupPorts,
  type PortEntry,
  type PortGroup,
  PROTOCOL_NUMBERS,
  readNetworkPolicyPort,
} from './kubernetes-ports.ts';
import { readLabelSelector } from './kubernetes-selector.ts';
import { ANY_SIDE, anyRule, type PolicyContext, sourceOf } from './policy-context.ts';

const LIST_MAX = 10_000;
const SPEC_FIELDS = ['podSelector', 'policyTypes', 'ingress', 'egress'];
const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;
const PEERS = { ingress: 'from', egress: 'to' } as const;

export type KubernetesSpec = Pick<PolicyModel, 'subject' | 'governs' | 'rules'>;

/**
 * networking.k8s.io/v1 NetworkPolicy, converted as Calico converts it: tier `default`, order 1000, one allow rule per (protocol × peer). What cannot be
 * understood opens nothing: a rule is dropped whole, a bad podSelector isolates the whole namespace, bad policyTypes mean both.
 */
export function readKubernetesNetworkPolicy(context: PolicyContext): PolicyModel {
  const { object, namespace } = context;
  return {
    kind: 'KubernetesNetworkPolicy',
    namespace,
    name: object.name,
    uid: object.uid,
    tier: 'default',
    order: 1000,
    staged: false,
    stagedIn: null,
    stagedAction: null,
    governsPods: true,
    applyOnForward: false,
    ...readKubernetesSpec(context, { fillsTypes: true, more: [] }),
    source: sourceOf(object),
  };
}

/** `fillsTypes`: the API server adds Egress to absent policyTypes where there are egress rules. It does not for staged objects. */
export function readKubernetesSpec(
  { object, namespace, spec: place, selectors }: PolicyContext,
  options: { readonly fillsTypes: boolean; readonly more: readonly string[] },
): KubernetesSpec {
  const spec = readFields(object.body.spec, place, [...SPEC_FIELDS, ...options.more]) ?? {};
  const pods = readLabelSelector(spec.podSelector ?? {}, at(place, 'podSelector'));
  const governs = readTypes(spec, place, options.fillsTypes);
  const read = (direction: Direction): Rule[] => {
    const rules = readRules(spec[direction], at(place, direction), { direction, namespace, selectors });
    return governs[direction] && pods !== null ? rules : [];
  };
  return {
    subject: selectors.take(allOf(IS_POD, pods, inNamespace(namespace))),
    governs,
    rules: { ingress: read('ingress'), egress: read('egress') },
  };
}

function readTypes(spec: Readonly<Record<string, unknown>>, place: Place, fills: boolean): Record<Direction, boolean> {
  const spot = at(place, 'policyTypes');
  const list = readList(spec.policyTypes, spot, 2);
  if (list !== null && list.length === 0) {
    const hasEgress = Array.isArray(spec.egress) ? spec.egress.length > 0 : !isAbsent(spec.egress);
    return { ingress: true, egress: fills && hasEgress };
  }
  const isKnown = list?.every((item) => item === TYPES.ingress || item === TYPES.egress) ?? false;
  if (isKnown) return { ingress: list?.includes(TYPES.ingress) ?? true, egress: list?.includes(TYPES.egress) ?? true };
  if (list !== null) refuse(spot, 'unknown policy type', 'Ingress, Egress');
  return { ingress: true, egress: true };
}

interface RuleContext extends Pick<PolicyContext, 'namespace' | 'selectors'> {
  readonly direction: Direction;
}

function readRules(value: unknown, place: Place, context: RuleContext): Rule[] {
  const rules: Rule[] = [];
  for (const [index, item] of (readList(value, place, LIST_MAX) ?? []).entries()) {
    const read = readRule(item, at(place, index), context);
    for (const rule of read ?? []) rules.push({ ...rule, index: rules.length });
  }
  return rules;
}

function readRule(value: unknown, place: Place, context: RuleContext): Rule[] | null {
  const peersField = PEERS[context.direction];
  const fields = readObject(value, place, [peersField, 'ports']);
  if (fields === null) return null;
  const peersAt = at(place, peersField);
  const portsAt = at(place, 'ports');
  const peerList = readList(fields[peersField], peersAt, LIST_MAX);
  const portList = readList(fields.ports, portsAt, LIST_MAX);
  const peers = peerList && readEach(peerList, peersAt, (item, spot) => readPeer(item, spot, context));
  const ports: PortEntry[] | null = portList && readEach(portList, portsAt, readNetworkPolicyPort);
  if (peers === null || ports === null) return null;
  return expandRule(peers, groupPorts(ports), context.direction, anyRule(0, 'allow', place.path));
}

/** One rule per (protocol × peer): protocol first, then peer. */
export function expandRule(
  peers: readonly Side[],
  groups: readonly PortGroup[],
  direction: Direction,
  base: Rule,
): Rule[] {
  const anyPort: PortGroup = { protocol: null, ports: null };
  const rules: Rule[] = [];
  for (const { protocol, ports } of groups.length === 0 ? [anyPort] : groups) {
    for (const peer of peers.length === 0 ? [ANY_SIDE] : peers) {
      const number = protocol === null ? null : PROTOCOL_NUMBERS[protocol];
      const family = peer.nets?.[0]?.family ?? null;
      const other = direction === 'ingress' ? { ...ANY_SIDE, ports } : { ...peer, ports };
      const source = direction === 'ingress' ? peer : ANY_SIDE;
      rules.push({ ...base, protocol: number, family, source, destination: other });
    }
  }
  return rules;
}

function readPeer(value: unknown, place: Place, { namespace, selectors }: RuleContext): Side | null {
  const fields = readObject(value, place, ['podSelector', 'namespaceSelector', 'ipBlock']);
  if (fields === null) return null;
  const byPods = !isAbsent(fields.podSelector) || !isAbsent(fields.namespaceSelector);
  if (!isAbsent(fields.ipBlock)) {
    if (byPods) return refuse(place, 'ipBlock beside a selector', 'ipBlock alone, or selectors alone');
    return readIpBlock(fields.ipBlock, at(place, 'ipBlock'));
  }
  if (!byPods) return refuse(place, 'an empty peer', 'podSelector, namespaceSelector or ipBlock');
  const read = (field: 'podSelector' | 'namespaceSelector'): SelectorNode | 'absent' | null =>
    isAbsent(fields[field]) ? 'absent' : readLabelSelector(fields[field], at(place, field));
  const [pods, namespaces] = [read('podSelector'), read('namespaceSelector')];
  if (pods === null || namespaces === null) return null;
  const where = namespaces === 'absent' ? inNamespace(namespace) : overNamespaces(namespaces);
  return { ...ANY_SIDE, selector: selectors.take(allOf(IS_POD, pods === 'absent' ? null : pods, where)) };
}

function readIpBlock(value: unknown, place: Place): Side | null {
  const fields = readObject(value, place, ['cidr', 'except']);
  if (fields === null) return null;
  const block = readCidr(fields.cidr, at(place, 'cidr'));
  const exceptAt = at(place, 'except');
  const list = readList(fields.except, exceptAt, LIST_MAX);
  const except = list === null ? null : readEach(list, exceptAt, readCidr);
  if (block === null || except === null) return null;
  const strange = except.findIndex((inner) => !containsRange(block, inner));
  if (strange !== -1) return refuse(at(exceptAt, strange), 'not within the block', `part of ${String(fields.cidr)}`);
  return { ...ANY_SIDE, nets: [block], notNets: except };
}

/** A CIDR with its prefix length; bits below the prefix are dropped. */
export function readCidr(value: unknown, place: Place): AddressRange | null {
  const text = readText(value, place, 'a CIDR such as 10.0.0.0/8 or 2001:db8::/32');
  if (text === null) return null;
  const range = text.includes('/') ? parseNet(text) : null;
  return range ?? refuse(place, `${describe(text)} is no CIDR`, 'a CIDR such as 10.0.0.0/8 or 2001:db8::/32');
}
