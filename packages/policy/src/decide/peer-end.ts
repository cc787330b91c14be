import type { Peer } from '@margay/model';
import { lonePodEnd, podEnd, rangesEnd } from '../engine/ends.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { End } from '../model/packet.ts';
import { createPeerIdentities } from './peer-identity.ts';
import type { ServiceBackend } from './service-backends.ts';

/** Who an edge's peers are to policies, by what the cluster looks like now. */
export interface PeerEnds {
  /** A workload is judged by the labels it had when it was seen, and by the addresses its pods have now. */
  readonly ofPeer: (peer: Peer) => End;
  readonly ofBackend: (backend: ServiceBackend) => End;
}

export function createPeerEnds(cluster: ClusterModel): PeerEnds {
  const identityOf = createPeerIdentities(cluster);
  return {
    ofPeer: (peer) => {
      const { pod, ranges } = identityOf(peer);
      return pod === null ? rangesEnd(cluster, ranges) : lonePodEnd(cluster, pod, ranges);
    },
    ofBackend: ({ pod, ranges }) => (pod === null ? rangesEnd(cluster, ranges) : podEnd(cluster, pod, ranges)),
  };
}
