'use client';
import type { ClusterId } from '@margay/model';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../client/trpc.tsx';
import { useLive } from '../live/index.ts';

const WHILE_RUNNING_MS = 1_500;
const OTHERWISE_MS = 30_000;

/** The list, looked at often while a run is under way. */
export function useRecommendations(clusterId: ClusterId) {
  const list = useQuery(
    useTRPC().recommendation.list.queryOptions(
      { clusterId },
      { refetchInterval: (query) => (query.state.data?.running ? WHILE_RUNNING_MS : OTHERWISE_MS) },
    ),
  );
  useLive(clusterId, 'recommendations', true, () => void list.refetch());
  return list;
}
