import type { Peer } from '@margay/model';
import type { EdgeInput, GroupKind } from './types.ts';

export interface GroupRef {
  readonly id: string;
  readonly kind: GroupKind;
  readonly label: string;
}

const CALLERS: GroupRef = { id: 'callers', kind: 'callers', label: 'Outside callers' };
const OUTSIDE: GroupRef = { id: 'outside', kind: 'outside', label: 'Outside' };
const NODES: GroupRef = { id: 'nodes', kind: 'nodes', label: 'Nodes' };
const UNKNOWN: GroupRef = { id: 'unknown', kind: 'unknown', label: 'Unknown addresses' };

export const namespaceGroup = (namespace: string): GroupRef => ({
  id: `namespace/${namespace}`,
  kind: 'namespace',
  label: namespace,
});

/** Which group a peer stands in. Outside peers that only call stand apart from those that are called: they are read first, at the left. */
export function groupOfPeer(peer: Peer, key: string, called: ReadonlySet<string>): GroupRef {
  switch (peer.kind) {
    case 'workload':
    case 'service':
      return namespaceGroup(peer.namespace);
    case 'node':
      return NODES;
    case 'unknown':
      return UNKNOWN;
    case 'external':
    case 'cidr':
      return called.has(key) ? OUTSIDE : CALLERS;
  }
}

/** Keys of all peers that some edge leads to. */
export const calledPeers = (edges: readonly EdgeInput[]) => new Set(edges.map(({ dstKey }) => dstKey));

/** A peer's name on its node. */
export function labelOfPeer(peer: Peer): string {
  switch (peer.kind) {
    case 'workload':
    case 'service':
    case 'node':
      return peer.name;
    case 'external':
    case 'unknown':
      return peer.address;
    case 'cidr':
      return peer.cidr;
  }
}
