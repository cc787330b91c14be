'use client';
import type { ClusterId } from '@margay/model';
import { Failure, formatClock, SkeletonRows, StaleNotice } from '@margay/ui';
import { useState } from 'react';
import { useNarrow } from '../../client/use-narrow.ts';
import { LiveSign, useLive } from '../live/index.ts';
import { type Range, RangePicker, useRange } from '../range/index.ts';
import { ClusterPicker, TopBar, useCluster } from '../shell/index.ts';
import { Histogram } from '../timeline/index.ts';
import { AgentTable } from './agent-table.tsx';
import { FigureRow } from './figure-row.tsx';
import { InsightList } from './insight-list.tsx';
import { Talkers } from './talkers.tsx';
import { useOverview } from './use-overview.ts';
import './overview.css';

const HOUR: Range = { kind: 'last', minutes: 60 };
const DAY: Range = { kind: 'last', minutes: 1440 };
const YOUNG_MS = 3 * 3_600_000;
const SOON_MS = 10_000;

/** How the cluster is, in one look: figures, what needs a person, who talks most, the agents. */
export function OverviewPage({ clusterId }: { clusterId: ClusterId }) {
  const createdAt = useCluster(clusterId)?.createdAt;
  // A day of which only the last minutes can hold anything would be an empty picture.
  const [young] = useState(() => createdAt !== undefined && Date.now() - createdAt.getTime() < YOUNG_MS);
  const [range, setRange] = useRange(young ? HOUR : DAY);
  const narrow = useNarrow();
  const { overview, agents, recommendations, workloads } = useOverview(clusterId, range);
  const live = useLive(clusterId, 'flows', range.kind === 'last', () => {
    if (Date.now() - overview.dataUpdatedAt > SOON_MS) void overview.refetch();
  });
  const data = overview.data;
  return (
    <>
      <TopBar title="Overview">
        <span className="divider not-narrow" />
        <ClusterPicker clusterId={clusterId} className="not-narrow" />
        <span className="grow" />
        {range.kind === 'last' ? <LiveSign clusterId={clusterId} state={live} /> : null}
        <RangePicker range={range} onChange={setRange} />
      </TopBar>
      <div className="work scroll">
        {overview.isError && data ? (
          <StaleNotice
            shownAsOf={formatClock(overview.dataUpdatedAt)}
            message={overview.error.message}
            onRetry={() => void overview.refetch()}
          />
        ) : null}
        {!data && overview.isError ? (
          <Failure
            title="The overview cannot be read"
            message={overview.error.message}
            onRetry={() => void overview.refetch()}
          />
        ) : null}
        {!data && overview.isPending ? <SkeletonRows roomy /> : null}
        {data ? (
          <>
            <FigureRow
              edges={data.edges}
              workloads={workloads}
              lost={data.points.reduce((sum, point) => sum + point.lost, 0)}
              seconds={data.seconds}
            />
            <div className="overview">
              <section className="overview-chart" aria-labelledby="overview-connections">
                <h2 id="overview-connections">
                  Connections <span className="third small">denied on top in red; hatched where flows were lost</span>
                </h2>
                <Histogram
                  points={data.points}
                  fromMs={data.fromMs}
                  toMs={data.toMs}
                  height={narrow ? 120 : 360}
                  compact={narrow}
                  onPick={(fromMs, toMs) => setRange({ kind: 'fixed', fromMs, toMs })}
                />
              </section>
              <InsightList
                clusterId={clusterId}
                range={range}
                facts={{ edges: data.edges, workloads, agents, recommendations, losses: data.losses }}
              />
              <Talkers clusterId={clusterId} range={range} edges={data.edges} />
              <AgentTable agents={agents} />
            </div>
          </>
        ) : null}
      </div>
    </>
  );
}
