'use client';
import type { ClusterId } from '@margay/model';
import type { FlowView, ListFlowsOutput } from '@margay/services/inputs';
import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useMemo } from 'react';
import { useTRPC, useTRPCClient } from '../../client/trpc.tsx';
import type { LiveState } from '../live/index.ts';
import { boundsOf, type Range } from '../range/index.ts';
import { type FilterState, toFlowFilter } from './filter.ts';
import { mergeNews } from './merge-news.ts';

const PAGE = 100;
const NEWER_EVERY_MS = 5_000;
const POLL_MS = 5_000;
/** A tail that has grown beyond this is read anew. */
const TAIL_ROWS_MAX = 600;
const EXPORT_PAGE = 500;
export const EXPORT_ROWS_MAX = 20_000;

interface Page extends ListFlowsOutput {
  readonly fromMs: number;
  readonly toMs: number;
}
type PageParam = { readonly cursor: string; readonly fromMs: number; readonly toMs: number } | null;

/** Pages of flows, newest first. Bounds are taken with the first page, so that later pages continue it. */
export function useFlows(clusterId: ClusterId, range: Range, filter: FilterState) {
  const client = useTRPCClient();
  const key = useMemo(() => ['flows', clusterId, range, toFlowFilter(filter)] as const, [clusterId, range, filter]);
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const bounds = pageParam ?? boundsOf(range, Date.now());
      const { fromMs, toMs } = bounds;
      const page = await client.flow.list.query(
        {
          clusterId,
          fromMs,
          toMs,
          filter: toFlowFilter(filter),
          limit: PAGE,
          ...(pageParam ? { cursor: pageParam.cursor } : {}),
        },
        { signal },
      );
      return { ...page, fromMs, toMs };
    },
    initialPageParam: null as PageParam,
    getNextPageParam: ({ nextCursor, fromMs, toMs }): PageParam =>
      nextCursor ? { cursor: nextCursor, fromMs, toMs } : null,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  return { ...query, rows, key };
}

/** Takes new rows in as they come; reads again every 5 s while the stream is down. */
export function useTail(
  clusterId: ClusterId,
  filter: FilterState,
  key: readonly unknown[],
  enabled: boolean,
): LiveState {
  const queryClient = useQueryClient();
  const stream = useSubscription(
    useTRPC().live.flows.subscriptionOptions(
      { clusterId, filter: toFlowFilter(filter) },
      {
        enabled,
        onData: ({ data }) => {
          const before = queryClient.getQueryData<InfiniteData<Page, PageParam>>(key);
          const [first, ...rest] = before?.pages ?? [];
          if (!before || !first || data.cut || first.rows.length > TAIL_ROWS_MAX)
            return void queryClient.invalidateQueries({ queryKey: key });
          const rows = mergeNews(first.rows, data.rows);
          queryClient.setQueryData(key, { ...before, pages: [{ ...first, rows }, ...rest] });
        },
      },
    ),
  );
  const streaming = stream.status === 'pending';
  useEffect(() => {
    if (!enabled || streaming) return;
    const timer = setInterval(() => void queryClient.invalidateQueries({ queryKey: key }), POLL_MS);
    return () => clearInterval(timer);
  }, [enabled, streaming, queryClient, key]);
  if (!enabled) return 'off';
  return streaming ? 'live' : 'polling';
}

/** How many rows came after the newest one shown; counted up to one page. */
export function useNewer(
  clusterId: ClusterId,
  filter: FilterState,
  newestMs: number | null,
  enabled: boolean,
): { count: number; more: boolean } {
  const client = useTRPCClient();
  const { data } = useQuery({
    queryKey: ['flows-newer', clusterId, newestMs, toFlowFilter(filter)],
    queryFn: ({ signal }) =>
      client.flow.list.query(
        { clusterId, fromMs: (newestMs ?? 0) + 1, toMs: Date.now(), filter: toFlowFilter(filter), limit: PAGE },
        { signal },
      ),
    enabled: enabled && newestMs !== null,
    refetchInterval: NEWER_EVERY_MS,
  });
  const newer = data?.rows.filter((row) => newestMs !== null && row.bucketStartMs > newestMs) ?? [];
  return { count: newer.length, more: data?.nextCursor !== null && newer.length === PAGE };
}

/** Everything that matches, for a file; stops at {@link EXPORT_ROWS_MAX} and says so. */
export async function readAll(
  client: ReturnType<typeof useTRPCClient>,
  clusterId: ClusterId,
  range: Range,
  filter: FilterState,
): Promise<{ rows: FlowView[]; truncated: boolean }> {
  const bounds = boundsOf(range, Date.now());
  const rows: FlowView[] = [];
  let cursor: string | null = null;
  do {
    const page: ListFlowsOutput = await client.flow.list.query({
      clusterId,
      ...bounds,
      filter: toFlowFilter(filter),
      limit: EXPORT_PAGE,
      ...(cursor ? { cursor } : {}),
    });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor && rows.length < EXPORT_ROWS_MAX);
  return { rows: rows.slice(0, EXPORT_ROWS_MAX), truncated: cursor !== null };
}
