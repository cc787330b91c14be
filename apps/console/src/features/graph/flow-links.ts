import type { Peer } from '@margay/model';
import { type Range, rangeQuery } from '../range/index.ts';

/** The flows page with this edge's ends, or this peer, and the same time. */
export function flowsQuery(
  range: Range,
  ends: { src?: Peer | undefined; dst?: Peer | undefined; either?: Peer | undefined },
): string {
  const params = new URLSearchParams(rangeQuery(range));
  const put = (prefix: string, peer: Peer | undefined) => {
    if (!peer) return;
    const { namespace, name } = filterOf(peer);
    if (namespace) params.set(`${prefix}ns`, namespace);
    params.set(`${prefix}name`, name);
  };
  put('src.', ends.src);
  put('dst.', ends.dst);
  put('', ends.either);
  return params.toString();
}

/** What the filter of the flows page knows a peer by. */
export function filterOf(peer: Peer): { namespace: string | null; name: string } {
  switch (peer.kind) {
    case 'workload':
    case 'service':
      return { namespace: peer.namespace, name: peer.name };
    case 'node':
      return { namespace: null, name: peer.name };
    case 'cidr':
      return { namespace: null, name: peer.cidr };
    case 'external':
    case 'unknown':
      return { namespace: null, name: peer.address };
  }
}
