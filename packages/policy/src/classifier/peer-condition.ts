import { matchesSourceService } from '../engine/match-service.ts';
import { matchesPeer } from '../engine/match-side.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import type { Rule, Side } from '../model/policy.ts';
import { type EndValues, valuesAt } from './end-values.ts';

export type Role = 'source' | 'destination';

/** Who the other end of rules must be. Rules that ask the same share one, however many they are. */
export interface PeerCondition {
  /** Its place in the register. */
  readonly id: number;
  /** Canonical text: equal conditions have equal keys in any classifier. */
  readonly key: string;
  readonly role: Role;
  readonly side: Side;
  /** Of the rule, where the condition is about addresses: those of the other family do not count. */
  readonly family: 4 | 6 | null;
  /** The labels of whatever is at the end decide alone. */
  readonly byLabels: boolean;
  /** Port names, or a Service: which ports they mean differs from end to end. */
  readonly hasValues: boolean;
}

/** Null: the rule takes anybody. */
export function describePeer(rule: Rule, role: Role): Omit<PeerCondition, 'id'> | null {
  const side = rule[role];
  const { selector, notSelector, nets, notNets, nodes, service } = side;
  const names = namesOf(side);
  const hasValues = names.length > 0 || (service !== null && role === 'destination');
  const speaksOfAddresses = nets !== null || notNets.length > 0;
  const byLabels = !speaksOfAddresses && nodes === null && service === null;
  if (byLabels && !hasValues && selector === null && notSelector === null) return null;
  const family = speaksOfAddresses ? rule.family : null;
  const ranges = (list: Side['nets']) => list?.map(({ family: own, first, last }) => `${own}:${first}-${last}`) ?? null;
  const key = JSON.stringify([
    hasValues || service !== null ? role : '',
    selector?.text ?? null,
    notSelector?.text ?? null,
    ranges(nets),
    ranges(notNets),
    family,
    nodes?.text ?? null,
    service,
    names,
  ]);
  return { key, role, side, family, byLabels, hasValues };
}

/** By which list a name stands in: `ports` and `notPorts` are kept apart. */
const namesOf = ({ ports, notPorts }: Side) => [
  ...(ports?.names ?? []).map((name) => `+${name}`),
  ...(notPorts?.names ?? []).map((name) => `-${name}`),
];

/** Whether an end is whom the condition means, and which ports its names and Service mean there. Null: it is not. */
export function holdsAt(cluster: ClusterModel, condition: PeerCondition, end: End): EndValues | 'plain' | null {
  const { side, role, family, hasValues } = condition;
  if (!matchesPeer(cluster, side, end, family)) return null;
  if (role === 'source' && !matchesSourceService(cluster, side, end)) return null;
  if (!hasValues) return 'plain';
  const values = valuesAt(cluster, { side, role, end });
  return values.service?.length === 0 ? null : values;
}
