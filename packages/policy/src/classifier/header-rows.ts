import { matchesFamily, matchesProtocol } from '../engine/match-rule.ts';
import type { Packet } from '../model/packet.ts';
import type { Rule } from '../model/policy.ts';
import { type BitVector, vectorOf } from './bit-vector.ts';
import { admitsPort, type EndValues, NO_VALUES, valuesText } from './end-values.ts';
import type { Role } from './peer-condition.ts';
import { PORT_CLASSES, type PortClasses } from './port-classes.ts';

/** What of a packet is not about its ends' identity. */
export type Header = Pick<Packet, 'family' | 'protocol' | 'srcPort' | 'dstPort' | 'icmp'>;

/** What one clause asks of a header at one end: its rule, and what port names and Service mean there. */
export interface HeaderPart {
  readonly rule: Rule;
  readonly values: EndValues;
}
/** Clauses that ask the same. */
interface HeaderGroup extends HeaderPart {
  readonly places: number[];
}

/** The port of one end, with its protocol. */
const portAt = (role: Role, { protocol, srcPort, dstPort }: Header) => ({
  protocol,
  port: role === 'source' ? srcPort : dstPort,
});

/**
 * Rows by what the header says at one end: its port, and at the destination also protocol, family and ICMP type. Made when first asked for; headers
 * that the clauses do not tell apart share one.
 */
export function createHeaderRows(
  parts: readonly HeaderPart[],
  role: Role,
  ports: PortClasses,
): (header: Header) => BitVector {
  const groups = groupParts(parts, role);
  for (const { rule, values } of groups) ports.cut(rule[role], values);
  const icmpKey = icmpKeys(groups);
  /** Keys are below 2^30: numbers that V8 looks up without allocating. */
  const plain = new Map<number, BitVector>();
  const byIcmp = new Map<number, BitVector>();
  const byGroups = new Map<string, BitVector>();
  const isDestination = role === 'destination';

  const make = (header: Header): BitVector => {
    const port = portAt(role, header);
    const matching = groups.filter(({ rule, values }) => {
      if (isDestination && !(matchesProtocol(rule, header) && matchesFamily(rule, header))) return false;
      return admitsPort(rule[role], values, port);
    });
    const places = matching.flatMap((group) => group.places);
    const key = places.join();
    const row = byGroups.get(key) ?? vectorOf(parts.length, places);
    byGroups.set(key, row);
    return row;
  };
  return (header) => {
    const { protocol, family, icmp } = header;
    const what = isDestination ? (family === null ? 0 : family >> 1) * 256 + protocol : protocol;
    const key = what * PORT_CLASSES + ports.classOf(role === 'source' ? header.srcPort : header.dstPort);
    const seen = icmp === null || !isDestination ? 0 : icmpKey(icmp);
    const rows = seen === 0 ? plain : byIcmp;
    const full = seen === 0 ? key : seen * 2 ** 30 + key;
    const known = rows.get(full);
    if (known !== undefined) return known;
    const row = make(header);
    rows.set(full, row);
    return row;
  };
}

function groupParts(parts: readonly HeaderPart[], role: Role): HeaderGroup[] {
  const groups = new Map<string, HeaderGroup>();
  for (const [place, { rule, values }] of parts.entries()) {
    const key = `${headerKey(rule, role)}${values === NO_VALUES ? '' : valuesText(values)}`;
    const group = groups.get(key) ?? { rule, values, places: [] };
    groups.set(key, group);
    group.places.push(place);
  }
  return [...groups.values()];
}

const keys = { source: new WeakMap<Rule, string>(), destination: new WeakMap<Rule, string>() };

/** Equal for rules that ask the same of a header at this end. */
function headerKey(rule: Rule, role: Role): string {
  const known = keys[role].get(rule);
  if (known !== undefined) return known;
  const { protocol, notProtocol, icmp, notIcmp, family } = rule;
  const { ports, notPorts } = rule[role];
  const key = JSON.stringify([
    ports,
    notPorts,
    ...(role === 'source' ? [] : [protocol, notProtocol, icmp, notIcmp, family]),
  ]);
  keys[role].set(rule, key);
  return key;
}

/** A number for what the clauses can see of an ICMP type and code: 0 where none of them looks. */
function icmpKeys(groups: readonly HeaderGroup[]): (icmp: { readonly type: number; readonly code: number }) => number {
  const types = new Set(groups.flatMap(({ rule }) => [rule.icmp, rule.notIcmp]).map((match) => match?.type ?? -1));
  return ({ type, code }) => (types.has(type) ? 1 + type * 256 + code : 0);
}
