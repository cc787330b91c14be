'use client';
import type { ClusterId } from '@margay/model';
import type { FlowView } from '@margay/services/inputs';
import { Button, Failure, formatClock, formatCount, SkeletonRows, StaleNotice, useKeys } from '@margay/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { parseAsBoolean, useQueryState } from 'nuqs';
import { useCallback, useRef, useState } from 'react';
import { useTRPCClient } from '../../client/trpc.tsx';
import { useNarrow } from '../../client/use-narrow.ts';
import { LiveSign } from '../live/index.ts';
import { boundsOf, type Range, RangePicker, shiftRange, useRange } from '../range/index.ts';
import { ClusterPicker, paths, TopBar, useShell } from '../shell/index.ts';
import { Histogram } from '../timeline/index.ts';
import { ExportMenu } from './export-menu.tsx';
import { FilterBar } from './filter-bar.tsx';
import { FlowTable } from './flow-table.tsx';
import { NoFlows } from './no-flows.tsx';
import { useFilter } from './use-filter.ts';
import { useFlows, useNewer, useTail } from './use-flows.ts';
import './flows.css';

const BARS = 120;
const HISTOGRAM_EVERY_MS = 5_000;

/** Every connection as it was seen, newest first; follows the cluster until one looks closer. */
export function FlowsPage({ clusterId }: { clusterId: ClusterId }) {
  const { org } = useShell();
  const [range, setRange] = useRange();
  const [filter, setFilter] = useFilter();
  const [paused, setPaused] = useQueryState('paused', parseAsBoolean.withDefault(false));
  const [openKey, setOpenKey] = useState<string | null>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  const queryClient = useQueryClient();
  const flows = useFlows(clusterId, range, filter);
  const following = range.kind === 'last' && !paused;
  const timeline = useHistogram(clusterId, range, following);
  const live = useTail(clusterId, filter, flows.key, following && flows.isSuccess);
  const newer = useNewer(clusterId, filter, flows.rows[0]?.bucketStartMs ?? null, range.kind === 'last' && paused);
  const pause = useCallback(() => void setPaused(true), [setPaused]);
  const resume = () => {
    setOpenKey(null);
    scroll.current?.scrollTo({ top: 0 });
    void setPaused(null);
    void queryClient.resetQueries({ queryKey: flows.key });
  };
  useKeys([
    { keys: 'space', run: () => (paused ? resume() : pause()) },
    { keys: '[', run: () => setRange(shiftRange(range, -1, Date.now())) },
    { keys: ']', run: () => setRange(shiftRange(range, 1, Date.now())) },
    { keys: 'escape', run: () => setOpenKey(null) },
  ]);
  const onToggle = (key: string) => {
    if (openKey !== key) pause();
    setOpenKey(openKey === key ? null : key);
  };
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = flows;
  const onEnd = useCallback(() => {
    if (!hasNextPage || isFetchingNextPage) return;
    // Further pages continue the first: they cannot while it moves.
    if ((scroll.current?.scrollTop ?? 0) > 0) pause();
    void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, pause]);
  const graphHref = (row: FlowView) =>
    `${paths.graph(org.slug, clusterId)}?${new URLSearchParams({ from: String(row.bucketStartMs - 300_000), to: String(row.bucketStartMs + 300_000), edge: `${row.srcKey}>${row.dstKey}` })}`;
  return (
    <>
      <TopBar title="Flows">
        <span className="divider not-narrow" />
        <ClusterPicker clusterId={clusterId} className="not-narrow" />
        <span className="grow" />
        {range.kind === 'last' ? (
          <>
            {paused || live !== 'off' ? (
              <LiveSign clusterId={clusterId} state={live}>
                {paused && newer.count > 0 ? (
                  <span className="third not-narrow">{`${formatCount(newer.count)}${newer.more ? '+' : ''} newer`}</span>
                ) : null}
              </LiveSign>
            ) : null}
            <Button icon={paused ? 'play' : 'pause'} onClick={paused ? resume : pause}>
              {paused ? 'Resume' : 'Pause'}
            </Button>
          </>
        ) : (
          <Button onClick={() => setRange({ kind: 'last', minutes: 15 })}>Back to now</Button>
        )}
        <span className="not-narrow">
          <RangePicker range={range} onChange={setRange} />
        </span>
        <ExportMenu clusterId={clusterId} range={range} filter={filter} />
      </TopBar>
      <div className="bar only-narrow">
        <ClusterPicker clusterId={clusterId} />
        <RangePicker range={range} onChange={setRange} />
      </div>
      <FilterBar
        state={filter}
        onChange={setFilter}
        rows={flows.rows}
        shown={`${formatCount(flows.rows.length)}${hasNextPage ? '+' : ''} flows`}
      />
      {timeline.data ? (
        <Histogram
          points={timeline.data.points}
          fromMs={timeline.data.fromMs}
          toMs={timeline.data.toMs}
          height={narrow ? 76 : 106}
          compact={narrow}
          onPick={(fromMs, toMs) => setRange({ kind: 'fixed', fromMs, toMs })}
        />
      ) : (
        <div className="histogram" style={{ height: narrow ? 76 : 106 }} />
      )}
      {flows.isError && flows.rows.length > 0 ? (
        <StaleNotice
          shownAsOf={formatClock(flows.dataUpdatedAt)}
          message={flows.error.message}
          onRetry={() => void flows.refetch()}
        />
      ) : null}
      <section className="work scroll flow-scroll" ref={scroll} aria-label="Flow rows">
        {flows.isPending ? (
          <SkeletonRows />
        ) : flows.rows.length > 0 ? (
          <FlowTable
            rows={flows.rows}
            scroll={scroll}
            openKey={openKey}
            onToggle={onToggle}
            onEnd={onEnd}
            narrow={narrow}
            graphHref={graphHref}
          />
        ) : flows.isError ? (
          <Failure
            title="The flows cannot be read"
            message={flows.error.message}
            onRetry={() => void flows.refetch()}
          />
        ) : (
          <NoFlows clusterId={clusterId} filter={filter} onFilter={setFilter} range={range} onRange={setRange} />
        )}
      </section>
    </>
  );
}

function useHistogram(clusterId: ClusterId, range: Range, following: boolean) {
  const client = useTRPCClient();
  return useQuery({
    queryKey: ['timeline', clusterId, range, BARS],
    queryFn: async ({ signal }) => {
      const bounds = boundsOf(range, Date.now());
      return { ...bounds, ...(await client.flow.timeline.query({ clusterId, ...bounds, points: BARS }, { signal })) };
    },
    placeholderData: (before) => before,
    refetchInterval: following ? HISTOGRAM_EVERY_MS : false,
  });
}
