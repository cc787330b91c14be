import { ClusterId, Hash64, MergedEdge, Peer, PolicyRef, peerKey, Verdict } from '@margay/model';
import { z } from 'zod';

const strings = z.array(z.string().max(253)).max(50).optional();
export const FlowFilter = z.object({
  srcNamespace: strings,
  srcName: strings,
  dstNamespace: strings,
  dstName: strings,
  namespace: strings,
  name: strings,
  protocol: z.array(z.number().int().min(0).max(255)).max(16).optional(),
  port: z.array(z.number().int().min(0).max(65535)).max(50).optional(),
  action: z.array(z.enum(['allow', 'deny'])).optional(),
  seenAt: z.enum(['both', 'src', 'dst']).optional(),
  text: z.string().max(200).optional(),
});
export type FlowFilter = z.infer<typeof FlowFilter>;
/** Half-open, epoch ms; at most 30 days. */
export const RangeInput = z.object({
  clusterId: ClusterId,
  fromMs: z.number().int().min(0),
  toMs: z.number().int().min(0),
});

/** An edge with what the engine says of it now. */
export const EdgeView = MergedEdge.extend({
  srcKey: z.string(),
  dstKey: z.string(),
  verdict: Verdict,
  /** Policies that select an end in this direction, deciding first; empty when none does. */
  decidedBy: z.array(PolicyRef),
});
export type EdgeView = z.infer<typeof EdgeView>;
export const LossView = z.object({
  node: z.string(),
  kind: z.string(),
  count: z.number(),
  sinceMs: z.number(),
  untilMs: z.number(),
});

export const GetGraphInput = RangeInput.extend({ namespaces: z.array(z.string().max(253)).max(200).optional() });
/** {@link EdgeView} whose ends stand in a table beside it. */
export const GraphEdge = EdgeView.omit({ src: true, dst: true, srcKey: true, dstKey: true });
export type GraphEdge = z.infer<typeof GraphEdge>;
/** Edges between peer keys (versions of one workload added up), never raw flows. Each peer is told once: a busy one has hundreds of edges. */
export const GetGraphOutput = z.object({
  /** What it covers, epoch ms, half-open: a range of over six hours is answered in the whole hours around it. */
  fromMs: z.number(),
  toMs: z.number(),
  peers: z.record(Hash64, Peer),
  edges: z.array(GraphEdge),
  resolutions: z.array(z.number()),
  losses: z.array(LossView),
  truncated: z.boolean(),
  frontierMs: z.number().nullable(),
});
export type GetGraphOutput = z.infer<typeof GetGraphOutput>;

/** The edges of an answer with their ends. */
export function joinPeers({ peers, edges }: Pick<GetGraphOutput, 'peers' | 'edges'>): EdgeView[] {
  const ends = new Map(Object.entries(peers).map(([id, peer]) => [id, { peer, key: peerKey(peer) }]));
  return edges.flatMap((edge) => {
    const [src, dst] = [ends.get(edge.srcId), ends.get(edge.dstId)];
    return src && dst ? [{ ...edge, src: src.peer, srcKey: src.key, dst: dst.peer, dstKey: dst.key }] : [];
  });
}

export const ListFlowsInput = RangeInput.extend({
  filter: FlowFilter.default({}),
  cursor: z.string().max(500).optional(),
  limit: z.number().int().min(1).max(500).default(100),
});
export const FlowView = EdgeView.extend({
  bucketStartMs: z.number(),
  resolutionSeconds: z.number(),
  addresses: z.array(z.string()),
});
export type FlowView = z.infer<typeof FlowView>;
export const ListFlowsOutput = z.object({
  rows: z.array(FlowView),
  resolutionSeconds: z.number(),
  nextCursor: z.string().nullable(),
  frontierMs: z.number().nullable(),
});
export type ListFlowsOutput = z.infer<typeof ListFlowsOutput>;

export const GetTimelineInput = RangeInput.extend({ points: z.number().int().min(10).max(500).default(120) });
export const GetTimelineOutput = z.object({
  resolutionSeconds: z.number(),
  points: z.array(
    z.object({ startMs: z.number(), connections: z.number(), denied: z.number(), bytes: z.number(), lost: z.number() }),
  ),
});
