import type { NumberRange } from '@margay/policy';
import type { Family } from './names.ts';

/** One statement of a rule, in libnftables' JSON, in the form in which `nft -jn` lists it: rules are compared as they are listed. */
export type Statement = Readonly<Record<string, unknown>>;
/** The statements of one rule. */
export type Rule = readonly Statement[];

/** linux/netfilter/nf_conntrack_common.h, as bits of nft's `ct state`. */
const CT_STATE = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;
const REPLY = 1;
const TCP = 6;
/** NFT_REJECT_ICMPX_ADMIN_PROHIBITED */
const ADMIN_PROHIBITED = 3;

const match = (left: unknown, right: unknown, op = '=='): Statement => ({ match: { op, left, right } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });

export const address = (family: Family, field: 'saddr' | 'daddr') => payload(family === 4 ? 'ip' : 'ip6', field);
export const inSet = (family: Family, field: 'saddr' | 'daddr', set: string) =>
  match(address(family, field), `@${set}`);
export const destinationPort = (ranges: readonly NumberRange[]) => match(payload('th', 'dport'), valuesOf(ranges));
/** ICMP's type and code too: they lie where other protocols have the source port. */
export const sourcePort = (ranges: readonly NumberRange[]) => match(payload('th', 'sport'), valuesOf(ranges));
/** After ports in a rule, never before: nft leaves a protocol out of what it lists where a port follows. */
export const protocol = (ranges: readonly NumberRange[]) => match({ meta: { key: 'l4proto' } }, valuesOf(ranges));

function valuesOf(ranges: readonly NumberRange[]): unknown {
  const values = ranges.map(({ first, last }) => (first === last ? first : { range: [first, last] }));
  return values.length === 1 ? values[0] : { set: values };
}

const state = (...names: readonly (keyof typeof CT_STATE)[]) => {
  const bits = names.map((name) => CT_STATE[name]);
  return match({ ct: { key: 'state' } }, bits.length === 1 ? bits[0] : bits, 'in');
};
export const isEstablishedOrRelated = state('established', 'related');
export const isRelated = state('related');
export const isEstablished = state('established');
/** Invalid: a packet of no connection is judged as if it began one. */
export const beginsConnection = state('invalid', 'new', 'untracked');
export const isReply = match({ ct: { key: 'direction' } }, REPLY);
/** It came in at an interface of the set. */
export const cameFrom = (set: string) => match({ meta: { key: 'iifname' } }, `@${set}`);
export const isTcp = match({ meta: { key: 'l4proto' } }, TCP);

export const log = (prefix: string, group: number): Statement => ({ log: { prefix, group } });
export const ACCEPT: Statement = { accept: null };
export const DROP: Statement = { drop: null };
export const RESET: Statement = { reject: { type: 'tcp reset' } };
export const PROHIBITED: Statement = { reject: { type: 'icmpx', expr: ADMIN_PROHIBITED } };
export const jump = (target: string): Statement => ({ jump: { target } });
export const goto = (target: string): Statement => ({ goto: { target } });
export const dispatch = (
  family: Family,
  at: 'iifname' | 'oifname',
  field: 'saddr' | 'daddr',
  map: string,
): Statement => ({
  vmap: { key: { concat: [{ meta: { key: at } }, address(family, field)] }, data: `@${map}` },
});
