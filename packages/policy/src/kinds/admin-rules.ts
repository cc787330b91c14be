import type { Action, Direction, Rule, Side } from '../model/policy.ts';
import {
  at,
  type Fields,
  isAbsent,
  type Place,
  readEach,
  readList,
  readObject,
  readOneOf,
  readText,
  refuse,
} from '../parse/place.ts';
import { type PeerOptions, readAdminPeer } from './admin-peers.ts';
import { expandRule } from './kubernetes-network-policy.ts';
import { groupPorts, type PortEntry } from './kubernetes-ports.ts';
import { anyRule } from './policy-context.ts';

const PEERS = { ingress: 'from', egress: 'to' } as const;
const NAME_MAX = 100;

/** How one version of the API writes rules. */
export interface AdminDialect {
  readonly actions: Readonly<Record<string, Action>>;
  readonly rulesMax: number;
  readonly entriesMax: number;
  /** Where ports are written, and how. */
  readonly portsField: 'ports' | 'protocols';
  readonly readPort: (value: unknown, place: Place) => PortEntry | null;
  readonly peers: Readonly<Record<Direction, PeerOptions['fields']>>;
  readonly namespacesHoldSets: boolean;
}

/**
 * The rules of one direction, one per (protocol × peer). One that cannot be understood fails closed: an allow is dropped, a deny or pass (and one whose very
 * action is not known) denies everything.
 */
export function readAdminRules(
  value: unknown,
  place: Place,
  context: { direction: Direction; dialect: AdminDialect; selectors: PeerOptions['selectors'] },
): Rule[] {
  const { direction, dialect, selectors } = context;
  const options = { fields: dialect.peers[direction], selectors, namespacesHoldSets: dialect.namespacesHoldSets };
  const list = readList(value, place, dialect.rulesMax);
  if (list === null) return [anyRule(0, 'deny', place.path)];
  const rules: Rule[] = [];
  for (const [index, item] of list.entries()) {
    const spot = at(place, index);
    const read = readRule(item, spot, { direction, dialect, options }) ?? closed(item, spot, dialect);
    for (const rule of read) rules.push({ ...rule, index: rules.length });
  }
  return rules;
}

function closed(item: unknown, place: Place, { actions }: AdminDialect): Rule[] {
  const action = typeof item === 'object' && item !== null ? (item as Fields).action : undefined;
  const isAllow = typeof action === 'string' && Object.hasOwn(actions, action) && actions[action] === 'allow';
  return isAllow ? [] : [anyRule(0, 'deny', place.path)];
}

interface RuleContext {
  readonly direction: Direction;
  readonly dialect: AdminDialect;
  readonly options: PeerOptions;
}

function readRule(value: unknown, place: Place, { direction, dialect, options }: RuleContext): Rule[] | null {
  const peersField = PEERS[direction];
  const { portsField, entriesMax } = dialect;
  const fields = readObject(value, place, ['name', 'action', peersField, portsField]);
  if (fields === null) return null;
  const action = readOneOf(fields.action, at(place, 'action'), Object.keys(dialect.actions));
  const name = isAbsent(fields.name) ? '' : readText(fields.name, at(place, 'name'), 'a name');
  if (name !== null && name.length > NAME_MAX) refuse(at(place, 'name'), 'too long', `at most ${NAME_MAX} characters`);
  const peersAt = at(place, peersField);
  const peerList = readList(fields[peersField], peersAt, entriesMax);
  if (peerList?.length === 0) refuse(peersAt, 'no peer', 'at least one peer');
  const peers = peerList && readEach(peerList, peersAt, (item, spot) => readAdminPeer(item, spot, options));
  const portsAt = at(place, portsField);
  const portList = readList(fields[portsField], portsAt, entriesMax);
  const ports = portList && readEach(portList, portsAt, dialect.readPort);
  if (action === null || name === null || peers === null || ports === null || peers.length === 0) return null;
  const sides: Side[] = peers.flat();
  const base = { ...anyRule(0, dialect.actions[action] ?? 'deny', place.path), name };
  return expandRule(sides, groupPorts(ports), direction, base);
}
