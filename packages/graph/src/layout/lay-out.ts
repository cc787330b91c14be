import type { ELK } from 'elkjs/lib/elk-api.js';
import { fromElk, toElk } from './elk-graph.ts';
import { type Columns, foldColumns } from './fold-columns.ts';
import { routeEdge } from './route-edge.ts';
import type { Layout, PlacedEdge, SizedEdge, SizedGraph } from './types.ts';

export const EMPTY_LAYOUT: Layout = {
  nodes: [],
  groups: [],
  edges: [],
  parked: [],
  crowded: [],
  x: 0,
  y: 0,
  width: 0,
  height: 0,
};

/**
 * Lays the whole picture out anew: at first, and when the user asks to tidy. The same graph gives the same picture.
 * `elk` comes from the caller, because a worker and a test load it differently.
 */
export async function layOut(elk: Pick<ELK, 'layout'>, graph: SizedGraph): Promise<Layout> {
  if (graph.nodes.length === 0) return EMPTY_LAYOUT;
  const columns = foldColumns(graph);
  // Groups on top of each other stand in one column for elk: an edge between them would push them apart again.
  const isUpright = columns === null ? () => false : betweenStacked(graph, columns);
  const layered = { ...graph, edges: graph.edges.filter((edge) => !isUpright(edge)) };
  const layout = fromElk(layered, await elk.layout(toElk(layered, columns)));
  return { ...layout, edges: [...layout.edges, ...routeAll(graph.edges.filter(isUpright), layout)].sort(byId) };
}

function betweenStacked(graph: SizedGraph, columns: Columns): (edge: SizedEdge) => boolean {
  const boxOf = new Map(graph.nodes.map(({ id, group }) => [id, group ?? id]));
  return ({ source, target }) => {
    const [from, to] = [boxOf.get(source) ?? '', boxOf.get(target) ?? ''];
    return from !== to && columns.get(from) === columns.get(to);
  };
}

function routeAll(edges: readonly SizedEdge[], { nodes }: Layout): PlacedEdge[] {
  const rects = new Map(nodes.map((node) => [node.id, node]));
  return edges.flatMap(({ id, source, target }) => {
    const [from, to] = [rects.get(source), rects.get(target)];
    return from === undefined || to === undefined ? [] : [routeEdge(id, from, to)];
  });
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
