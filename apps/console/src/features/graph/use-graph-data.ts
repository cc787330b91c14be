'use client';
import type { ClusterId } from '@margay/model';
import { type EdgeView, joinPeers, type WorkloadView } from '@margay/services/inputs';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTRPC, useTRPCClient } from '../../client/trpc.tsx';
import { boundsOf, type Range } from '../range/index.ts';

const WORKLOADS_EVERY_MS = 15_000;
const RATE_MS_MIN = 5_000;

export interface GraphData {
  readonly edges: readonly EdgeView[];
  readonly losses: readonly { node: string; kind: string; count: number }[];
  readonly truncated: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of the part of the range that there is data for: rates are per second of it. */
  readonly rateMs: number;
}

/** Edges of a range and the workloads of the cluster. Old data stays on screen while new is read, and when reading fails. */
export function useGraphData(clusterId: ClusterId, range: Range) {
  const client = useTRPCClient();
  const graph = useQuery({
    queryKey: ['graph', clusterId, range],
    queryFn: async ({ signal }): Promise<GraphData> => {
      const bounds = boundsOf(range, Date.now());
      const answer = await client.flow.graph.query({ clusterId, ...bounds }, { signal });
      const { losses, truncated, fromMs } = answer;
      const toMs = Math.min(answer.toMs, bounds.toMs);
      const edges = joinPeers(answer);
      const first = edges.reduce((least, edge) => Math.min(least, edge.firstSeenMs), toMs);
      return { edges, losses, truncated, fromMs, toMs, rateMs: Math.max(RATE_MS_MIN, toMs - Math.max(fromMs, first)) };
    },
    placeholderData: (before) => before,
  });
  const last = useRef<GraphData>(undefined);
  if (graph.data) last.current = graph.data;
  const workloads = useQuery(
    useTRPC().workload.list.queryOptions({ clusterId }, { refetchInterval: WORKLOADS_EVERY_MS }),
  );
  return {
    graph,
    /** The last that could be read, also of another time: an error leaves it on screen. */
    data: graph.data ?? last.current,
    workloads: workloads.data ?? NO_WORKLOADS,
    workloadsKnown: workloads.data !== undefined || workloads.isError,
  };
}

const NO_WORKLOADS: readonly WorkloadView[] = [];
