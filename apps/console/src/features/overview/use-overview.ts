'use client';
import type { ClusterId } from '@margay/model';
import { joinPeers } from '@margay/services/inputs';
import { useQuery } from '@tanstack/react-query';
import { useTRPC, useTRPCClient } from '../../client/trpc.tsx';
import { boundsOf, type Range } from '../range/index.ts';

const BARS = 144;
const EVERY_MS = 15_000;

/** Everything on the page; what is slower comes beside the rest, not before it. */
export function useOverview(clusterId: ClusterId, range: Range) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const overview = useQuery({
    queryKey: ['overview', clusterId, range],
    queryFn: async ({ signal }) => {
      const bounds = boundsOf(range, Date.now());
      const [graph, timeline] = await Promise.all([
        client.flow.graph.query({ clusterId, ...bounds }, { signal }),
        client.flow.timeline.query({ clusterId, ...bounds, points: BARS }, { signal }),
      ]);
      const edges = joinPeers(graph);
      const first = edges.reduce((least, edge) => Math.min(least, edge.firstSeenMs), bounds.toMs);
      return {
        ...bounds,
        edges,
        losses: graph.losses,
        points: timeline.points,
        seconds: Math.max(5, (bounds.toMs - Math.max(bounds.fromMs, first)) / 1_000),
      };
    },
    placeholderData: (before) => before,
  });
  const agents = useQuery(trpc.agent.list.queryOptions({ clusterId }, { refetchInterval: EVERY_MS })).data ?? [];
  const recommendations = useQuery(trpc.recommendation.list.queryOptions({ clusterId })).data?.rows ?? [];
  const workloads = useQuery(trpc.workload.list.queryOptions({ clusterId })).data ?? [];
  return { overview, agents, recommendations, workloads };
}
