'use client';
import { buildTopology, initialExpansion, LAYERS, layerOf, type Topology } from '@margay/graph';
import type { WorkloadView } from '@margay/services/inputs';
import { plainName } from '@margay/ui';
import { useMemo, useRef } from 'react';
import { focusOn } from './focus.ts';
import type { GraphParams } from './graph-params.ts';
import type { GraphData } from './use-graph-data.ts';

export interface TopologyState {
  readonly topology: Topology | null;
  readonly expanded: ReadonlySet<string>;
  /** Groups that could be open. */
  readonly groupIds: readonly string[];
}

/** What is drawn, from the data and what the URL says of it. Which groups start open is settled once, with the first data. */
export function useTopology(
  data: GraphData | undefined,
  workloads: readonly WorkloadView[],
  workloadsKnown: boolean,
  params: GraphParams,
  focus: string | null,
): TopologyState {
  const { lens, layers, open } = params;
  const initial = useRef<ReadonlySet<string> | null>(null);
  return useMemo(() => {
    if (!data || !workloadsKnown) return { topology: null, expanded: new Set<string>(), groupIds: [] };
    const shown = focus
      ? focusOn(
          data.edges.filter((edge) => isDrawn(edge, layers)),
          workloads,
          focus,
        )
      : { edges: data.edges, workloads };
    if (initial.current === null && (data.edges.length > 0 || workloads.length > 0))
      initial.current = initialExpansion(data.edges, workloads);
    const base = {
      edges: shown.edges,
      workloads: shown.workloads,
      lens,
      rangeMs: data.rateMs,
      hiddenLayers: new Set(LAYERS.filter((layer) => !layers.includes(layer))),
    };
    const collapsed = buildTopology({ ...base, expanded: new Set() });
    const groupIds = collapsed.nodes.map((node) => node.id);
    const expanded = focus ? new Set(groupIds) : new Set(open ?? initial.current ?? []);
    return { topology: withPlainNames(buildTopology({ ...base, expanded })), expanded, groupIds };
  }, [data, workloads, workloadsKnown, lens, layers, open, focus]);
}

/** Labels as they may be shown; ids stay what they are. */
function withPlainNames(topology: Topology): Topology {
  const plain = <T extends { readonly label: string }>(item: T): T => ({ ...item, label: plainName(item.label) });
  return {
    ...topology,
    groups: topology.groups.map(plain),
    nodes: topology.nodes.map((node) => ({
      ...plain(node),
      namespace: node.namespace === null ? null : plainName(node.namespace),
    })),
  };
}

function isDrawn(edge: GraphData['edges'][number], layers: GraphParams['layers']): boolean {
  const layer = layerOf(edge);
  return layer === null || layers.includes(layer);
}
