'use client';
import type { ClusterId } from '@margay/model';
import { formatClock, formatCount, StaleNotice, useKeys, useToast } from '@margay/ui';
import { useQueryClient } from '@tanstack/react-query';
import { parseAsBoolean, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { useNarrow } from '../../client/use-narrow.ts';
import { LiveSign, useLive } from '../live/index.ts';
import { peerText } from '../peer/index.ts';
import { RangePicker, shiftRange, useRange } from '../range/index.ts';
import { ClusterPicker, TopBar, useCluster } from '../shell/index.ts';
import { ExportMenu } from './export-menu.tsx';
import { busiest, chosenWorkload } from './focus.ts';
import { GoTo, type Place } from './go-to.tsx';
import { GraphBar } from './graph-bar.tsx';
import { useGraphParams } from './graph-params.ts';
import { NoGraph } from './no-graph.tsx';
import { usePalette } from './palette.ts';
import { SidePanel } from './side-panel.tsx';
import { Stage } from './stage.tsx';
import { TableTwin } from './table-twin.tsx';
import { TimeBar } from './time-bar.tsx';
import { useGraphData } from './use-graph-data.ts';
import { useGraphKeys } from './use-graph-keys.ts';
import { usePicture } from './use-layout.ts';
import { useSelection } from './use-selection.ts';
import { useTopology } from './use-topology.ts';
import './graph.css';

/** Who talks to whom, as a picture that stays where it is while its data moves. */
export function GraphPage({ clusterId }: { clusterId: ClusterId }) {
  const [range, setRange] = useRange();
  const [params, setParams] = useGraphParams();
  const [paused, setPaused] = useQueryState('paused', parseAsBoolean.withDefault(false));
  const [goToOpen, setGoToOpen] = useState(false);
  const narrow = useNarrow();
  const say = useToast();
  const palette = usePalette();
  const name = useCluster(clusterId)?.name ?? 'cluster';
  const { graph, data, workloads, workloadsKnown } = useGraphData(clusterId, range);
  const queryClient = useQueryClient();
  const live = useLive(
    clusterId,
    'flows',
    range.kind === 'last' && !paused,
    () => void queryClient.invalidateQueries({ queryKey: ['graph', clusterId] }),
  );

  // A telephone shows one workload and its neighbours at first; whoever wants the whole map says so.
  const focus =
    params.focus === 'all'
      ? null
      : (params.focus ?? (narrow && data ? (chosenWorkload(params) ?? busiest(data.edges)) : null));
  const { topology, expanded, groupIds } = useTopology(data, workloads, workloadsKnown, params, focus);
  const { picture, error, tidy } = usePicture(topology, `${clusterId} ${focus ?? ''}`);
  const seconds = (data?.rateMs ?? 1_000) / 1_000;
  const selection = useSelection(params, setParams, topology, data?.edges ?? []);
  const toggle = (groupId: string) => {
    const next = new Set(expanded);
    if (!next.delete(groupId)) next.add(groupId);
    void setParams({ open: [...next].sort(), ...(focus ? { focus: 'all' } : {}), node: null, edge: null });
  };
  const places = usePlaces(data?.edges, workloads);
  const goTo = (key: string) => {
    const workload = workloads.find((each) => each.key === key);
    const group = workload ? `namespace/${workload.namespace}` : null;
    const open = group && !expanded.has(group) && !focus ? { open: [...expanded, group].sort() } : {};
    void setParams({ ...open, ...(focus ? { focus: key } : {}), node: key, edge: null });
  };
  useGraphKeys(params, setParams, [
    { keys: '/', run: () => setGoToOpen(true) },
    { keys: 'space', run: () => void setPaused(paused ? null : true) },
    { keys: '[', run: () => setRange(shiftRange(range, -1, Date.now())) },
    { keys: ']', run: () => setRange(shiftRange(range, 1, Date.now())) },
  ]);
  useKeys([
    {
      keys: 'l',
      run: () => void navigator.clipboard?.writeText(location.href).then(() => say('Copied a link to this view')),
    },
  ]);
  const isEmpty = data !== undefined && topology !== null && topology.nodes.length === 0;
  const shown = picture && topology && !isEmpty ? picture : null;
  return (
    <>
      <TopBar title="Service graph">
        <span className="divider not-narrow" />
        <ClusterPicker clusterId={clusterId} className="not-narrow" />
        <span className="grow" />
        {range.kind === 'last' ? <LiveSign clusterId={clusterId} state={live} /> : null}
        <span className="not-narrow">
          <RangePicker range={range} onChange={setRange} />
        </span>
      </TopBar>
      <div className="bar only-narrow">
        <ClusterPicker clusterId={clusterId} />
        <RangePicker range={range} onChange={setRange} />
      </div>
      <GraphBar
        topology={topology}
        params={params}
        setParams={setParams}
        focused={focus !== null}
        allOpen={groupIds.every((id) => expanded.has(id))}
        onOpenAll={(open) =>
          void setParams({
            open: open ? [...groupIds].sort() : [],
            node: null,
            edge: null,
            ...(focus ? { focus: 'all' } : {}),
          })
        }
        onTidy={tidy}
        onGoTo={() => setGoToOpen(true)}
        exportMenu={<ExportMenu picture={shown} palette={palette} edges={data?.edges ?? []} name={`graph-${name}`} />}
      />
      {graph.isError && data ? (
        <StaleNotice
          shownAsOf={formatClock(data.toMs)}
          message={graph.error.message}
          onRetry={() => void graph.refetch()}
        />
      ) : null}
      {error ? <StaleNotice shownAsOf={null} message={error} onRetry={tidy} /> : null}
      {data?.truncated ? (
        <StaleNotice
          shownAsOf={null}
          message={`There are more edges than the ${formatCount(data.edges.length)} that are read at once. Choose a shorter time.`}
          onRetry={() => void graph.refetch()}
        />
      ) : null}
      <div className="graph-body">
        <div className="graph-stage">
          {isEmpty || (graph.isError && !data) ? (
            <NoGraph
              clusterId={clusterId}
              range={range}
              error={graph.isError && !data ? graph.error.message : null}
              onRange={setRange}
              onRetry={() => void graph.refetch()}
            />
          ) : params.table && topology ? (
            <section className="graph-twin scroll" aria-label="Edges">
              <TableTwin topology={topology} seconds={seconds} selected={params.edge} onEdge={selection.selectEdge} />
            </section>
          ) : (
            <Stage
              picture={shown}
              palette={palette}
              seconds={seconds}
              selection={selection}
              onToggle={toggle}
              narrow={narrow}
            />
          )}
          <TimeBar
            clusterId={clusterId}
            range={range}
            onRange={setRange}
            paused={paused}
            onPause={(next) => void setPaused(next || null)}
            narrow={narrow}
          />
        </div>
        {topology && data && !isEmpty ? (
          <SidePanel
            clusterId={clusterId}
            range={range}
            params={params}
            setParams={setParams}
            topology={topology}
            edges={data.edges}
            workloads={workloads}
            seconds={seconds}
            selection={selection}
            onToggle={toggle}
            narrow={narrow}
          />
        ) : null}
      </div>
      <GoTo open={goToOpen} onOpenChange={setGoToOpen} places={places} onGo={goTo} />
    </>
  );
}

/** Everything that has a name on this graph. */
function usePlaces(
  edges: NonNullable<ReturnType<typeof useGraphData>['graph']['data']>['edges'] | undefined,
  workloads: ReturnType<typeof useGraphData>['workloads'],
): Place[] {
  return useMemo(() => {
    const places = new Map<string, Place>(
      workloads.map((each) => [each.key, { key: each.key, scope: each.namespace, name: each.name }]),
    );
    for (const edge of edges ?? [])
      for (const [key, peer] of [
        [edge.srcKey, edge.src],
        [edge.dstKey, edge.dst],
      ] as const)
        if (!places.has(key)) places.set(key, { key, ...peerText(peer) });
    return [...places.values()].sort((a, b) => (`${a.scope}/${a.name}` < `${b.scope}/${b.name}` ? -1 : 1));
  }, [edges, workloads]);
}
