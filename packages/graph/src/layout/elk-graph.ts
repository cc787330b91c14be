import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import { curveThrough } from './curve.ts';
import type { Columns } from './fold-columns.ts';
import { idleChains } from './idle-chains.ts';
import {
  GROUP_GAP,
  GROUP_PADDING,
  LAYER_GAP,
  type Layout,
  type PlacedEdge,
  type PlacedGroup,
  type PlacedNode,
  type Point,
  ROW_GAP,
  type SizedGraph,
} from './types.ts';

const { top, left, bottom, right } = GROUP_PADDING;

const ROOT_OPTIONS: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': String(LAYER_GAP),
  'elk.spacing.nodeNode': String(ROW_GAP),
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '8',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '4',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.randomSeed': '1',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
};
/** From here on fewer tries at crossings: seconds matter more than the last of them. */
const MANY_EDGES = 300;
const GROUP_OPTIONS: LayoutOptions = {
  'elk.padding': `[top=${top},left=${left},bottom=${bottom},right=${right}]`,
  'elk.spacing.nodeNode': String(ROW_GAP),
  'elk.nodeSize.constraints': 'MINIMUM_SIZE',
  'elk.spacing.componentComponent': String(GROUP_GAP),
};

/** The graph as elk's layered algorithm takes it, left to right, groups as compound nodes. Its answer depends on the order: everything is sorted. */
export function toElk(graph: SizedGraph, columns: Columns | null): ElkNode {
  const nodes = [...graph.nodes].sort(byId);
  const leaf = ({ id, width, height }: SizedGraph['nodes'][number]): ElkNode => ({ id, width, height });
  const inColumn = (id: string): LayoutOptions =>
    columns === null ? {} : { 'elk.partitioning.partition': String(columns.get(id) ?? 0) };
  const groups = [...graph.groups].sort(byId).map(
    ({ id, titleWidth }): ElkNode => ({
      id,
      layoutOptions: { ...GROUP_OPTIONS, ...inColumn(id), 'elk.nodeSize.minimum': `(${titleWidth}, ${top + bottom})` },
      children: nodes.filter(({ group }) => group === id).map(leaf),
    }),
  );
  const edges = [...graph.edges]
    .sort(byId)
    .map(({ id, source, target }): ElkExtendedEdge => ({ id, sources: [source], targets: [target] }));
  const single = nodes
    .filter(({ group }) => group === null)
    .map((node) => ({ ...leaf(node), layoutOptions: inColumn(node.id) }));
  return {
    id: 'root',
    layoutOptions: {
      ...ROOT_OPTIONS,
      ...(graph.edges.length > MANY_EDGES ? { 'elk.layered.thoroughness': '2' } : {}),
      ...(columns === null ? {} : { 'elk.partitioning.activate': 'true' }),
    },
    children: [...groups, ...single],
    edges: [...edges, ...idleChains(graph)],
  };
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** elk's answer as a layout. */
export function fromElk(graph: SizedGraph, root: ElkNode): Layout {
  const groupIds = new Set(graph.groups.map(({ id }) => id));
  const nodes: PlacedNode[] = [];
  const groups: PlacedGroup[] = [];
  for (const child of root.children ?? []) {
    if (!groupIds.has(child.id)) nodes.push({ ...rectOf(child), id: child.id, group: null });
    else {
      groups.push({ ...rectOf(child), id: child.id });
      for (const one of child.children ?? []) nodes.push({ ...rectOf(one), id: one.id, group: child.id });
    }
  }
  const wanted = new Set(graph.edges.map(({ id }) => id));
  const edges = (root.edges ?? []).filter(({ id }) => wanted.has(id)).map(placeEdge);
  const { width = 0, height = 0 } = root;
  return {
    nodes: nodes.sort(byId),
    groups: groups.sort(byId),
    edges: edges.sort(byId),
    parked: [],
    crowded: [],
    x: 0,
    y: 0,
    width,
    height,
  };
}

const rectOf = ({ x = 0, y = 0, width = 0, height = 0 }: ElkNode) => ({ x, y, width, height });

function placeEdge({ id, sections }: ElkExtendedEdge): PlacedEdge {
  const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }): Point[] => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ]);
  const plain = points.map(({ x, y }) => ({ x, y }));
  return { id, points: plain, curve: curveThrough(plain) };
}
