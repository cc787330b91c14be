import { matchesFamily, matchesProtocol } from '../engine/match-rule.ts';
import type { Packet } from '../model/packet.ts';
import type { Side } from '../model/policy.ts';
import type { Atom } from './atom-book.ts';
import { type BitVector, firstCommon, setBit, summarise, wordsFor } from './bit-vector.ts';
import { type CompiledClause, peerRole } from './clause.ts';
import { admitsPort, NO_VALUES } from './end-values.ts';
import type { Role } from './peer-condition.ts';
import { createPeerRows } from './peer-rows.ts';
import { cutPorts } from './port-cuts.ts';

/** What of a packet is not about its ends' identity. */
export type Header = Pick<Packet, 'family' | 'protocol' | 'srcPort' | 'dstPort' | 'icmp'>;

/** Finds the deciding clause of a list without looking at each. */
export interface Matcher {
  /** The first clause in `[from, to)` that matches a packet whose other end is of this atom; −1: none. */
  readonly first: (peer: Atom, header: Header, range: readonly [number, number]) => number;
}

/** Rows are made when they are first asked for, and kept: per atom, and per class of ports and protocol. */
export function createMatcher(clauses: readonly CompiledClause[]): Matcher {
  const peerRows = createPeerRows(clauses);
  const targetRow = createHeaderRows(clauses, 'destination');
  const sourceRow = asksForSourcePort(clauses) ? createHeaderRows(clauses, 'source') : null;
  const isLate = clauses.map(({ peer }) => peer?.hasValues === true);
  const hasLate = isLate.includes(true);
  return {
    first: (atom, header, [from, to]) => {
      const peers = peerRows(atom);
      const targets = targetRow(header);
      const sources = sourceRow?.(header) ?? null;
      let bit = firstCommon(peers, targets, sources, [from, to]);
      while (hasLate && bit >= 0 && isLate[bit] === true && !admitsLate(clauses[bit] as CompiledClause, atom, header))
        bit = firstCommon(peers, targets, sources, [bit + 1, to]);
      return bit;
    },
  };
}

/** The last word on a clause whose ports are what the other end says they are. */
function admitsLate({ rule, peer, direction }: CompiledClause, atom: Atom, header: Header): boolean {
  const values = atom.values.get(peer?.id ?? -1);
  return values !== undefined && admitsPort(rule[peerRole(direction)], values, portAt(peerRole(direction), header));
}

const portAt = (role: Role, { protocol, srcPort, dstPort }: Header) => ({
  protocol,
  port: role === 'source' ? srcPort : dstPort,
});

const hasPorts = ({ ports, notPorts, service }: Side, role: Role) =>
  ports !== null || notPorts !== null || (service !== null && role === 'destination');
const asksForSourcePort = (clauses: readonly CompiledClause[]) =>
  clauses.some(({ rule }) => hasPorts(rule.source, 'source'));

/** Rows by what the header says at one end: its port, and at the destination also protocol, family and ICMP type. */
function createHeaderRows(clauses: readonly CompiledClause[], role: Role): (header: Header) => BitVector {
  const parts = clauses.map((clause) => {
    const isPeer = peerRole(clause.direction) === role;
    const late = isPeer && clause.peer?.hasValues === true;
    return { rule: clause.rule, side: clause.rule[role], values: isPeer ? NO_VALUES : clause.own, late };
  });
  const cuts = cutPorts(parts);
  const icmpKey = icmpKeys(clauses);
  const rows = new Map<number, BitVector>();
  const isDestination = role === 'destination';

  const make = (header: Header): BitVector => {
    const words = new Uint32Array(wordsFor(parts.length));
    const port = portAt(role, header);
    for (const [bit, { rule, side, values, late }] of parts.entries()) {
      if (isDestination && !(matchesProtocol(rule, header) && matchesFamily(rule, header))) continue;
      if (late || admitsPort(side, values, port)) setBit(words, bit);
    }
    return summarise(words);
  };
  return (header) => {
    const { protocol, family } = header;
    const what = isDestination ? icmpKey(header) * 3 + (family === null ? 0 : family === 4 ? 1 : 2) : 0;
    const key = (what * 256 + protocol) * 0x20000 + cuts.classOf(portAt(role, header).port);
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = make(header);
    rows.set(key, row);
    return row;
  };
}

/** A number for what the clauses can see of an ICMP type and code: 0 where none of them looks, or there is none. */
function icmpKeys(clauses: readonly CompiledClause[]): (header: Header) => number {
  const types = new Set(clauses.flatMap(({ rule }) => [rule.icmp, rule.notIcmp]).map((match) => match?.type ?? -1));
  return ({ icmp }) => (icmp === null || !types.has(icmp.type) ? 0 : 1 + icmp.type * 256 + icmp.code);
}
