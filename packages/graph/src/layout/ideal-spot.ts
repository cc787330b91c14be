import { centreOf } from './rect.ts';
import { LAYER_GAP, type PlacedNode, type Point, type Rect, type SizedEdge } from './types.ts';

/** A wish: a top left corner, and the side of it that is the wrong one (left of its callers, right of whom it calls). */
export interface Ideal extends Point {
  readonly wrongSide: 'left' | 'right' | null;
}

/**
 * Where a node (or the block of a group) would stand best: right of who calls it, else left of whom it calls, level with them; in the middle of
 * its group where it knows nobody yet.
 */
export function idealSpot(
  ids: ReadonlySet<string>,
  size: { readonly width: number; readonly height: number },
  edges: readonly SizedEdge[],
  placed: ReadonlyMap<string, PlacedNode>,
  home: Rect,
): Ideal {
  const callers = neighbours(edges, ids, placed, 'target', 'source');
  const called = neighbours(edges, ids, placed, 'source', 'target');
  const level = [...callers, ...called].map((node) => centreOf(node).y);
  if (level.length === 0) {
    const centre = centreOf(home);
    return { x: centre.x - size.width / 2, y: centre.y - size.height / 2, wrongSide: null };
  }
  const y = level.reduce((sum, one) => sum + one, 0) / level.length - size.height / 2;
  if (callers.length > 0)
    return { x: Math.max(...callers.map((node) => node.x + node.width)) + LAYER_GAP, y, wrongSide: 'left' };
  return { x: Math.min(...called.map((node) => node.x)) - LAYER_GAP - size.width, y, wrongSide: 'right' };
}

function neighbours(
  edges: readonly SizedEdge[],
  ids: ReadonlySet<string>,
  placed: ReadonlyMap<string, PlacedNode>,
  own: 'source' | 'target',
  other: 'source' | 'target',
): PlacedNode[] {
  return edges.flatMap((edge) => {
    const node = ids.has(edge[own]) && !ids.has(edge[other]) ? placed.get(edge[other]) : undefined;
    return node === undefined ? [] : [node];
  });
}
