'use client';
import type { Topology } from '@margay/graph';
import type { EdgeView } from '@margay/services/inputs';
import { useMemo } from 'react';
import { drawnNodes } from './drawn-node.ts';
import { edgeIdOf, endsOf } from './edge-id.ts';
import type { GraphParams, SetGraphParams } from './graph-params.ts';

export interface Selection {
  /** As drawn now: what was chosen within a group that has collapsed since is the group. */
  readonly node: string | null;
  readonly edge: string | null;
  readonly selectNode: (id: string) => void;
  readonly selectEdge: (id: string) => void;
  readonly clear: () => void;
}

/** What the URL has chosen, found on the picture as it is drawn now. */
export function useSelection(
  params: GraphParams,
  setParams: SetGraphParams,
  topology: Topology | null,
  edges: readonly EdgeView[],
): Selection {
  const { node, edge } = params;
  return useMemo(() => {
    const nodeOf = topology ? drawnNodes(topology, edges) : () => null;
    return {
      node: node ? nodeOf(node) : null,
      edge: topology && edge ? drawnEdge(topology, nodeOf, edge) : null,
      selectNode: (id) => void setParams({ node: id, edge: null }),
      selectEdge: (id) => void setParams({ edge: id, node: null }),
      clear: () => void setParams({ node: null, edge: null }),
    };
  }, [node, edge, topology, edges, setParams]);
}

function drawnEdge(topology: Topology, nodeOf: (key: string) => string | null, id: string): string | null {
  if (topology.edges.some((each) => each.id === id)) return id;
  const ends = endsOf(id);
  const [source, target] = ends ? [nodeOf(ends.source), nodeOf(ends.target)] : [null, null];
  const drawn = source && target ? edgeIdOf(source, target) : null;
  return topology.edges.some((each) => each.id === drawn) ? drawn : null;
}
