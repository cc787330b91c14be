'use client';
import { layerOf, type Topology } from '@margay/graph';
import type { ClusterId } from '@margay/model';
import type { EdgeView, WorkloadView } from '@margay/services/inputs';
import { useMemo } from 'react';
import type { Range } from '../range/index.ts';
import { drawnNodes } from './drawn-node.ts';
import { endsOf } from './edge-id.ts';
import { EdgePanel } from './edge-panel.tsx';
import type { GraphParams, SetGraphParams } from './graph-params.ts';
import { LensPanel } from './lens-panel.tsx';
import { NodePanel } from './node-panel.tsx';
import type { Selection } from './use-selection.ts';

/** What was chosen; else what the lens found; else nothing. */
export function SidePanel({
  clusterId,
  range,
  params,
  setParams,
  topology,
  edges,
  workloads,
  seconds,
  selection,
  onToggle,
  narrow,
}: {
  clusterId: ClusterId;
  range: Range;
  params: GraphParams;
  setParams: SetGraphParams;
  topology: Topology;
  edges: readonly EdgeView[];
  workloads: readonly WorkloadView[];
  seconds: number;
  selection: Selection;
  onToggle: (groupId: string) => void;
  narrow: boolean;
}) {
  const edge = topology.edges.find((each) => each.id === selection.edge);
  const node = topology.nodes.find((each) => each.id === selection.node);
  const behind = useMemo(
    () => (edge ? behindOf(edge.id, topology, edges, params) : []),
    [edge, topology, edges, params],
  );
  const nameOf = (id: string) => topology.nodes.find((each) => each.id === id)?.label ?? id;
  if (edge)
    return (
      <EdgePanel
        key={edge.id}
        clusterId={clusterId}
        range={range}
        edge={edge}
        behind={behind}
        nameOf={nameOf}
        seconds={seconds}
        onClose={selection.clear}
      />
    );
  if (node) {
    const known = edges.find((each) => each.srcKey === node.id || each.dstKey === node.id);
    const peer = known ? (known.srcKey === node.id ? known.src : known.dst) : undefined;
    const onFocus =
      node.isCollapsedGroup || params.focus === node.id || (narrow && params.focus === null)
        ? null
        : () => void setParams({ focus: node.id });
    return (
      <NodePanel
        key={node.id}
        clusterId={clusterId}
        range={range}
        node={node}
        topology={topology}
        workload={workloads.find((each) => each.key === node.id)}
        peer={peer}
        seconds={seconds}
        onEdge={selection.selectEdge}
        onToggle={onToggle}
        onFocus={onFocus}
        onClose={selection.clear}
      />
    );
  }
  if (params.lens === 'denied' || params.lens === 'none')
    return (
      <LensPanel
        lens={params.lens}
        topology={topology}
        seconds={seconds}
        onEdge={selection.selectEdge}
        onClose={() => void setParams({ lens: 'all' })}
      />
    );
  return null;
}

/** Edges between peers that a drawn edge stands for, less those of hidden layers. */
function behindOf(id: string, topology: Topology, edges: readonly EdgeView[], params: GraphParams): EdgeView[] {
  const ends = endsOf(id);
  if (!ends) return [];
  const nodeOf = drawnNodes(topology, edges);
  const isHidden = (edge: EdgeView) => {
    const layer = layerOf(edge);
    return layer !== null && !params.layers.includes(layer);
  };
  return edges.filter(
    (each) => nodeOf(each.srcKey) === ends.source && nodeOf(each.dstKey) === ends.target && !isHidden(each),
  );
}
