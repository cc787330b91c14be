import { type MergedEdge, peerKey } from '@margay/model';
import type { EdgeView } from '../inputs/flow.ts';
import type { ClusterKnowledge } from './cluster-knowledge.ts';

/** An edge with what the engine says of it now. */
export function viewEdge<E extends MergedEdge>(
  edge: E,
  { decide }: ClusterKnowledge,
): E & Pick<EdgeView, 'srcKey' | 'dstKey' | 'verdict' | 'decidedBy'> {
  return { ...edge, srcKey: peerKey(edge.src), dstKey: peerKey(edge.dst), ...decide(edge) };
}
