import { type PlacedEdge, type Point, relativeBends, type TopologyEdge, type TopologyNode } from '@margay/graph';
import type { ElementDefinition } from 'cytoscape';
import { controlPoints, edgeWidth } from './edge-shape.ts';
import { hasRing, nodeImage, type Palette } from './node-image.ts';
import type { Picture } from './use-layout.ts';

/** The second edge behind a collapsed group, by which its rectangle is larger. */
export const STACK_PX = 3;
const SIGN_PX = 28;
const NAME_PX_MAX = 260;

/** Elements of the graph library: rectangles and ways are the layout's, to the pixel; nothing is left to the library's own placing. */
export function elementsOf(
  { topology, layout }: Picture,
  palette: Palette,
  nameWidth: (label: string) => number,
): ElementDefinition[] {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const edges = new Map(topology.edges.map((edge) => [edge.id, edge]));
  const groups = new Map(topology.groups.map((group) => [group.id, group]));
  // A node's middle is its pill's: the stack behind a collapsed group is no part of it.
  const centres = new Map(
    layout.nodes.map((rect) => [rect.id, middleOf(pillOf(rect, nodes.get(rect.id)?.isCollapsedGroup ?? false))]),
  );
  return [
    ...layout.groups.flatMap((rect): ElementDefinition[] => {
      const group = groups.get(rect.id);
      if (!group) return [];
      const data = { id: groupElementId(rect.id), width: rect.width, height: rect.height };
      return [
        {
          group: 'nodes',
          data,
          position: middleOf(rect),
          classes: group.kind === 'namespace' ? 'group' : 'group open',
        },
      ];
    }),
    ...layout.nodes.flatMap((rect): ElementDefinition[] => {
      const node = nodes.get(rect.id);
      return node ? [nodeElement(node, rect, palette, nameWidth)] : [];
    }),
    ...layout.edges.flatMap((way): ElementDefinition[] => {
      const edge = edges.get(way.id);
      return edge ? [edgeElement(edge, way, centres)] : [];
    }),
  ];
}

/** A group's rectangle is an element of its own beside the nodes in it; the prefix keeps its id apart from a collapsed group's. */
export const groupElementId = (id: string) => `frame ${id}`;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
const middleOf = ({ x, y, width, height }: Box) => ({ x: x + width / 2, y: y + height / 2 });

/** The pill itself, without the stack behind it. */
export function pillOf(rect: Box, isCollapsedGroup: boolean): Box {
  return isCollapsedGroup ? { ...rect, width: rect.width - STACK_PX, height: rect.height - STACK_PX } : rect;
}

function nodeElement(
  node: TopologyNode,
  rect: Box,
  palette: Palette,
  nameWidth: (label: string) => number,
): ElementDefinition {
  const pill = pillOf(rect, node.isCollapsedGroup);
  const name = Math.min(nameWidth(node.label), NAME_PX_MAX);
  const classes = ['node', node.isCollapsedGroup ? 'collapsed' : '', hasRing(node) ? '' : 'rimless']
    .filter(Boolean)
    .join(' ');
  const data = {
    id: node.id,
    label: node.label,
    width: pill.width,
    height: pill.height,
    labelShift: SIGN_PX + name / 2 - pill.width / 2,
    image: nodeImage(node, palette),
  };
  return { group: 'nodes', data, position: middleOf(pill), classes };
}

function edgeElement(
  edge: TopologyEdge,
  { points }: PlacedEdge,
  centres: ReadonlyMap<string, Point>,
): ElementDefinition {
  const [first, last] = [points[0], points.at(-1)];
  const inner = relativeBends(controlPoints(points));
  // A straight way has a control point too: on the line.
  const bends = inner.length > 0 ? inner : [{ weight: 0.5, distance: 0 }];
  const end = (id: string, point: Point | undefined) => {
    const centre = centres.get(id);
    return centre && point ? `${point.x - centre.x}px ${point.y - centre.y}px` : 'outside-to-node';
  };
  const width = edgeWidth(edge.connectionsPerSecond);
  const data = {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    width,
    from: end(edge.source, first),
    to: end(edge.target, last),
    distances: bends.map((bend) => bend.distance.toFixed(3)).join(' '),
    weights: bends.map((bend) => bend.weight.toFixed(6)).join(' '),
  };
  const classes = ['edge', edge.verdict, edge.inLens ? '' : 'dim'].filter(Boolean).join(' ');
  return { group: 'edges', data, classes };
}
