import { arrangeBlock } from './arrange-block.ts';
import { assignLayers } from './assign-layers.ts';
import { findSpot } from './free-spot.ts';
import { idealSpot } from './ideal-spot.ts';
import { boundsOf, overlaps } from './rect.ts';
import { routeEdge } from './route-edge.ts';
import { at, createScene, frameOf, type Scene } from './scene.ts';
import {
  GROUP_GAP,
  GROUP_PADDING,
  LAYER_GAP,
  type Layout,
  type PlacedEdge,
  type PlacedNode,
  type Rect,
  ROW_GAP,
  type SizedGraph,
  type SizedGroup,
  type SizedNode,
} from './types.ts';

/** Places remembered of nodes that are not drawn. */
const PARKED_MAX = 2_000;

/**
 * The next picture after some nodes came or went: who stays stays where it is, to the pixel; who comes takes its former place, else the free place
 * nearest to its neighbours. Nodes never overlap and always stand in their group. Only {@link layOut} moves what stands.
 */
export function placeIncrementally(previous: Layout, graph: SizedGraph): Layout {
  const before = new Map(previous.nodes.map((node) => [node.id, node]));
  const parked = new Map([...previous.parked, ...previous.nodes].map((node) => [node.id, node]));
  const nodes = [...graph.nodes].sort(byId);
  const stays = (node: SizedNode) => before.get(node.id)?.group === node.group && before.has(node.id);
  const kept = nodes.filter(stays).map((node) => ({ ...node, ...at(before.get(node.id) ?? ORIGIN, node) }));
  const wantedGroups = new Set(graph.groups.map(({ id }) => id));
  const inhabited = new Set(kept.map(({ group }) => group));
  const keptGroups = previous.groups.filter(({ id }) => wantedGroups.has(id) && inhabited.has(id));
  const scene = createScene(kept, keptGroups);
  const context = { scene, graph, parked, around: boundsOf([...previous.groups, ...previous.nodes]) ?? ORIGIN };
  const added = byDepth(
    nodes.filter((node) => !stays(node)),
    graph,
  );
  for (const node of added) if (node.group !== null && scene.groups.has(node.group)) placeNode(node, context);
  for (const group of [...graph.groups].sort(byId)) if (!scene.groups.has(group.id)) placeGroup(group, context);
  for (const node of added) if (node.group === null) placeNode(node, context);
  return finish(previous, graph, scene, parked);
}

interface Context {
  readonly scene: Scene;
  readonly graph: SizedGraph;
  readonly parked: ReadonlyMap<string, PlacedNode>;
  readonly around: Rect;
}
const ORIGIN: Rect = { x: 0, y: 0, width: 0, height: 0 };
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Callers before whom they call, so that each finds its neighbour standing. */
function byDepth(nodes: readonly SizedNode[], { edges }: SizedGraph): SizedNode[] {
  const layers = assignLayers(
    nodes.map(({ id }) => id),
    edges,
  );
  return [...nodes].sort((a, b) => (layers.get(a.id) ?? 0) - (layers.get(b.id) ?? 0) || byId(a, b));
}

function placeNode(node: SizedNode, { scene, graph, parked, around }: Context): void {
  const { group } = node;
  const old = parked.get(node.id);
  if (old !== undefined && old.group === group && scene.isFree(at(old, node), group)) {
    scene.add({ ...node, ...at(old, node) });
    return;
  }
  const home = (group === null ? null : scene.groups.get(group)) ?? parked.get(node.id) ?? around;
  const ideal = idealSpot(new Set([node.id]), node, graph.edges, scene.nodes, home);
  const own = [...scene.nodes.values()].filter((other) => group === null || other.group === group);
  const obstacles = group === null ? [...own, ...scene.groups.values()] : own;
  const search = { size: { width: node.width, height: node.height }, ideal, obstacles, gapX: LAYER_GAP, gapY: ROW_GAP };
  const spot =
    findSpot({ ...search, isFree: (rect) => scene.isFree(rect, group) }) ??
    findSpot({ ...search, isFree: scene.isClear }) ??
    findSpot({ ...search, obstacles: [...scene.nodes.values()], isFree: scene.isClear });
  scene.add({ ...node, ...at(spot ?? ideal, node) });
}

/** A group that was not there: at its former place if that is free, else as one block near whom it talks to, or where its one node stood. */
function placeGroup({ id, titleWidth }: SizedGroup, { scene, graph, parked, around }: Context): void {
  const members = graph.nodes.filter(({ group }) => group === id);
  const former = formerPlaces(members, parked);
  if (former !== null) {
    const frame = widen(boundsOf(former.map(frameOf)) ?? ORIGIN, titleWidth);
    if (scene.isFreeForGroup(frame) && areApart(former)) {
      scene.addGroup({ ...frame, id });
      for (const node of former) scene.add(node);
      return;
    }
  }
  const block = arrangeBlock(members, graph.edges);
  const { width, height } = widen(frameOf({ x: 0, y: 0, width: block.width, height: block.height }), titleWidth);
  const ids = new Set(members.map((node) => node.id));
  const ideal = idealSpot(ids, { width, height }, graph.edges, scene.nodes, parked.get(id) ?? around);
  const obstacles = [...scene.groups.values(), ...[...scene.nodes.values()].filter(({ group }) => group === null)];
  const search = { size: { width, height }, ideal, obstacles, gapX: LAYER_GAP, gapY: GROUP_GAP };
  const spot = findSpot({ ...search, isFree: scene.isFreeForGroup }) ?? ideal;
  scene.addGroup({ id, ...spot, width, height });
  for (const node of members) {
    const place = block.places.get(node.id) ?? ORIGIN;
    const corner = { x: spot.x + GROUP_PADDING.left + place.x, y: spot.y + GROUP_PADDING.top + place.y };
    scene.add({ ...node, ...at(corner, node) });
  }
}

function formerPlaces(members: readonly SizedNode[], parked: ReadonlyMap<string, PlacedNode>): PlacedNode[] | null {
  const places: PlacedNode[] = [];
  for (const node of members) {
    const old = parked.get(node.id);
    if (old === undefined || old.group !== node.group) return null;
    places.push({ ...node, ...at(old, node) });
  }
  return places.length > 0 ? places : null;
}

const areApart = (nodes: readonly Rect[]) =>
  nodes.every((node, place) => !nodes.slice(place + 1).some((other) => overlaps(node, other)));
const widen = (rect: Rect, least: number): Rect => ({ ...rect, width: Math.max(rect.width, least) });

function finish(previous: Layout, graph: SizedGraph, scene: Scene, parked: ReadonlyMap<string, PlacedNode>): Layout {
  const nodes = [...scene.nodes.values()].sort(byId);
  const groups = [...scene.groups.values()].sort(byId);
  const gone = [...parked.values()].filter(({ id }) => !scene.nodes.has(id));
  const around = boundsOf([...groups, ...nodes]) ?? ORIGIN;
  const isStranger = (group: Rect & { id: string }) => (other: { id: string; group?: string | null }) =>
    other.id !== group.id && other.group !== group.id;
  const crowded = groups
    .filter((group) => [...groups, ...nodes].filter(isStranger(group)).some((other) => overlaps(group, other)))
    .map(({ id }) => id);
  return {
    nodes,
    groups,
    edges: routeEdges(previous, graph, scene),
    parked: gone.slice(-PARKED_MAX),
    crowded,
    ...around,
  };
}

/** An edge keeps its way as long as both ends stand as they stood. */
function routeEdges(previous: Layout, graph: SizedGraph, scene: Scene): PlacedEdge[] {
  const ways = new Map(previous.edges.map((edge) => [edge.id, edge]));
  const before = new Map(previous.nodes.map((node) => [node.id, node]));
  const stands = (id: string) => {
    const [old, now] = [before.get(id), scene.nodes.get(id)];
    return (
      old !== undefined &&
      now !== undefined &&
      old.x === now.x &&
      old.y === now.y &&
      old.width === now.width &&
      old.height === now.height
    );
  };
  return [...graph.edges].sort(byId).flatMap(({ id, source, target }) => {
    const way = ways.get(id);
    if (way !== undefined && stands(source) && stands(target)) return [way];
    const [from, to] = [scene.nodes.get(source), scene.nodes.get(target)];
    return from === undefined || to === undefined ? [] : [routeEdge(id, from, to)];
  });
}
