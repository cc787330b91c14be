import type { Action, Direction, Rule, Side } from '../model/policy.ts';
import { at, type Fields, isAbsent, type Place, readList, readObject, readOneOf, refuse } from '../parse/place.ts';
import type { SelectorPool } from '../selector/selector-pool.ts';
import { readEntity } from './calico-entity.ts';
import { checkPorts } from './calico-ports.ts';
import { type ProtocolMatch, readIcmp, readProtocol } from './calico-protocol.ts';
import { anyRule } from './policy-context.ts';

const RULES_MAX = 1024;
const FIELDS = [
  'action',
  'ipVersion',
  'protocol',
  'notProtocol',
  'icmp',
  'notICMP',
  'source',
  'destination',
  'http',
  'metadata',
];
const ACTIONS = { Allow: 'allow', Deny: 'deny', Log: 'log', Pass: 'pass' } as const;

export interface CalicoRuleContext {
  readonly direction: Direction;
  /** Of the policy; empty for a global one. */
  readonly namespace: string;
  readonly selectors: SelectorPool;
}

/**
 * The rules of one direction. One that cannot be understood fails closed: an Allow or Log is dropped, a Deny or Pass (and one whose very action is
 * not known, and a list that is none) denies everything. Indices count the list as written.
 */
export function readCalicoRules(value: unknown, place: Place, context: CalicoRuleContext): Rule[] {
  const list = readList(value, place, RULES_MAX);
  if (list === null) return [anyRule(0, 'deny', place.path)];
  const rules: Rule[] = [];
  for (const [index, item] of list.entries()) {
    const spot = at(place, index);
    const rule = readRule(item, spot, context);
    if (rule !== null) rules.push({ ...rule, index });
    else if (mayOnlyAllow(item)) continue;
    else rules.push(anyRule(index, 'deny', spot.path));
  }
  return rules;
}

function mayOnlyAllow(item: unknown): boolean {
  const action = typeof item === 'object' && item !== null ? (item as Fields).action : undefined;
  return action === 'Allow' || action === 'Log';
}

function readRule(value: unknown, place: Place, context: CalicoRuleContext): Rule | null {
  const fields = readObject(value, place, FIELDS);
  if (fields === null) return null;
  const action = readOneOf(fields.action, at(place, 'action'), ['Allow', 'Deny', 'Log', 'Pass']);
  const protocol = readProtocol(fields.protocol, at(place, 'protocol'));
  const notProtocol = readProtocol(fields.notProtocol, at(place, 'notProtocol'));
  const { direction } = context;
  const source = readEntity(fields.source, at(place, 'source'), {
    ...context,
    services: direction === 'ingress' ? 'source' : 'never',
  });
  const destination = readEntity(fields.destination, at(place, 'destination'), {
    ...context,
    services: direction === 'egress' ? 'destination' : 'never',
  });
  const icmp = readIcmp(fields.icmp, at(place, 'icmp'));
  const notIcmp = readIcmp(fields.notICMP, at(place, 'notICMP'));
  if (action === null || protocol === null || notProtocol === null || source === null || destination === null)
    return null;
  if (icmp === null || notIcmp === null) return null;
  const family = readFamily(fields, place, { protocol, notProtocol, sides: [source, destination] });
  const checks = [
    checkIcmp(fields, place, protocol),
    checkHttp(fields, place, { action: ACTIONS[action], direction, protocol }),
    checkSidePorts(source, at(place, 'source'), protocol),
    checkSidePorts(destination, at(place, 'destination'), protocol),
  ];
  if (family === null || checks.includes(false)) return null;
  return {
    ...anyRule(0, ACTIONS[action], place.path),
    family: family === 4 || family === 6 ? family : null,
    protocol: protocol === 'absent' ? null : protocol.number,
    notProtocol: notProtocol === 'absent' ? null : notProtocol.number,
    icmp: icmp === 'absent' ? null : icmp,
    notIcmp: notIcmp === 'absent' ? null : notIcmp,
    source,
    // The name ICMPv6 beside an IPv4 block: Calico takes it, and it is there for no packet.
    destination: family === 'neither' ? { ...destination, nets: [] } : destination,
  };
}

type MaybeProtocol = ProtocolMatch | 'absent';

interface FamilySources {
  readonly protocol: MaybeProtocol;
  readonly notProtocol: MaybeProtocol;
  readonly sides: readonly Side[];
}

/** The one family that a rule is about: by ipVersion, by the protocol names ICMP and ICMPv6, or by any CIDR. They must agree. */
function readFamily(
  fields: Fields,
  place: Place,
  { protocol, notProtocol, sides }: FamilySources,
): 4 | 6 | 'both' | 'neither' | null {
  const version = fields.ipVersion;
  if (!isAbsent(version) && version !== 4 && version !== 6)
    return refuse(at(place, 'ipVersion'), 'not an IP version', '4, 6');
  const families = new Set<4 | 6>();
  for (const { nets, notNets } of sides) for (const { family } of [...(nets ?? []), ...notNets]) families.add(family);
  if (families.size > 1) return refuse(place, 'blocks of both IP families in one rule', 'one rule for each family');
  if (version === 4 || version === 6) families.add(version);
  if (families.size > 1)
    return refuse(at(place, 'ipVersion'), 'does not agree with the blocks', 'the family of the blocks');
  const binding = protocol === 'absent' ? null : protocol.family;
  const excluded = notProtocol === 'absent' ? null : notProtocol.family;
  for (const bound of [binding, excluded]) {
    if (bound === null || version !== (bound === 4 ? 6 : 4)) continue;
    return refuse(at(place, 'ipVersion'), `ICMP of IPv${bound} beside ipVersion ${version}`, String(bound));
  }
  if (binding !== null) families.add(binding);
  return families.size > 1 ? 'neither' : ([...families][0] ?? 'both');
}

function checkIcmp(fields: Fields, place: Place, protocol: MaybeProtocol): boolean {
  const isIcmp = protocol !== 'absent' && (protocol.number === 1 || protocol.number === 58);
  if (!isAbsent(fields.icmp) && !isIcmp)
    return refuse(at(place, 'icmp'), 'icmp without protocol ICMP or ICMPv6', 'protocol: ICMP or ICMPv6') !== null;
  if (isAbsent(fields.notICMP) || isIcmp || protocol === 'absent') return true;
  return refuse(at(place, 'notICMP'), 'notICMP beside another protocol', 'protocol: ICMP or ICMPv6') !== null;
}

/** HTTP conditions are for an L7 proxy; the kernel lets through what the rest of the rule says, and so does this engine. */
function checkHttp(
  fields: Fields,
  place: Place,
  rule: { action: Action; direction: Direction; protocol: MaybeProtocol },
): boolean {
  if (isAbsent(fields.http)) return true;
  const isTcp = rule.protocol === 'absent' || rule.protocol.number === 6;
  if (rule.action === 'allow' && rule.direction === 'ingress' && isTcp) return true;
  return refuse(at(place, 'http'), 'http cannot stand here', 'an Allow rule of ingress, protocol TCP or none') !== null;
}

function checkSidePorts({ ports, notPorts }: Side, place: Place, protocol: MaybeProtocol): boolean {
  const number = protocol === 'absent' ? null : protocol.number;
  const has = protocol !== 'absent';
  const [first, second] = [
    checkPorts(ports ?? 'absent', number, has, at(place, 'ports')),
    checkPorts(notPorts ?? 'absent', number, has, at(place, 'notPorts')),
  ];
  return first && second;
}
