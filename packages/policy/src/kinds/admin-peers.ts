import type { Side } from '../model/policy.ts';
import { at, type Fields, isAbsent, type Place, readEach, readList, readObject, refuse } from '../parse/place.ts';
import { IS_POD, overNamespaces } from '../selector/prefix-labels.ts';
import type { Selector, SelectorNode } from '../selector/selector.ts';
import { allOf, type SelectorPool } from '../selector/selector-pool.ts';
import { readCidr } from './kubernetes-network-policy.ts';
import { readLabelSelector } from './kubernetes-selector.ts';
import { ANY_SIDE } from './policy-context.ts';

const NETWORKS_MAX = 25;

/** Which peers a rule may name; nodes and networks stand outside, so only egress has them. */
export type PeerField = 'namespaces' | 'pods' | 'nodes' | 'networks' | 'domainNames';

export interface PeerOptions {
  readonly fields: readonly PeerField[];
  readonly selectors: SelectorPool;
  /** Calico's ClusterNetworkPolicy counts NetworkSets to a namespace; AdminNetworkPolicy knows pods only. */
  readonly namespacesHoldSets: boolean;
}

/** One peer: exactly one of the fields. Networks of both families are one peer each, so that a rule keeps one family. */
export function readAdminPeer(value: unknown, place: Place, options: PeerOptions): Side[] | null {
  const fields = readObject(value, place, options.fields);
  if (fields === null) return null;
  const given = options.fields.filter((field) => !isAbsent(fields[field]));
  const [field] = given;
  if (field === undefined || given.length > 1)
    return refuse(place, `${given.length} kinds of peer in one entry`, `exactly one of ${options.fields.join(', ')}`);
  const spot = at(place, field);
  switch (field) {
    case 'namespaces': {
      const namespaces = readLabelSelector(fields.namespaces, spot);
      if (namespaces === null) return null;
      const only = options.namespacesHoldSets ? null : IS_POD;
      return [{ ...ANY_SIDE, selector: options.selectors.take(inNamespaces(namespaces, only)) }];
    }
    case 'pods': {
      const pods = readPods(fields.pods, spot);
      return pods === null ? null : [{ ...ANY_SIDE, selector: options.selectors.take(pods) }];
    }
    case 'nodes': {
      const nodes = readLabelSelector(fields.nodes, spot);
      return nodes === null ? null : [{ ...ANY_SIDE, nodes: options.selectors.take(nodes) }];
    }
    case 'networks':
      return readNetworks(fields.networks, spot);
    case 'domainNames':
      return refuse(spot, 'names are not resolved here', 'namespaces, pods, nodes or networks');
  }
}

/** The subject of a cluster-wide policy: pods only. Null where it cannot be understood. */
export function readAdminSubject(value: unknown, place: Place, selectors: SelectorPool): Selector | null {
  const fields = readObject(value, place, ['namespaces', 'pods']);
  if (fields === null) return null;
  const { namespaces, pods } = fields;
  if (isAbsent(namespaces) === isAbsent(pods))
    return refuse(
      place,
      isAbsent(pods) ? 'an empty subject' : 'namespaces beside pods',
      'exactly one of namespaces, pods',
    );
  if (!isAbsent(pods)) {
    const node = readPods(pods, at(place, 'pods'));
    return node && selectors.take(node);
  }
  const node = readLabelSelector(namespaces, at(place, 'namespaces'));
  return node && selectors.take(inNamespaces(node, IS_POD));
}

const inNamespaces = (namespaces: SelectorNode, only: SelectorNode | null) => allOf(only, overNamespaces(namespaces));

function readPods(value: unknown, place: Place): SelectorNode | null {
  const fields: Fields | null = readObject(value, place, ['namespaceSelector', 'podSelector']);
  if (fields === null) return null;
  const namespaces = readLabelSelector(fields.namespaceSelector ?? {}, at(place, 'namespaceSelector'));
  const pods = readLabelSelector(fields.podSelector ?? {}, at(place, 'podSelector'));
  return namespaces === null || pods === null ? null : allOf(IS_POD, overNamespaces(namespaces), pods);
}

function readNetworks(value: unknown, place: Place): Side[] | null {
  const list = readList(value, place, NETWORKS_MAX);
  if (list === null) return null;
  if (list.length === 0) return refuse(place, 'no network', 'at least one CIDR');
  const blocks = readEach(list, place, readCidr);
  if (blocks === null) return null;
  const sides: Side[] = [];
  for (const family of [4, 6] as const) {
    const nets = blocks.filter((block) => block.family === family);
    if (nets.length > 0) sides.push({ ...ANY_SIDE, nets });
  }
  return sides;
}
