import { overlaps } from '../src/layout/rect.ts';
import type { Layout, SizedGraph } from '../src/layout/types.ts';

/** Throws where a picture breaks a rule: everything drawn once, no node on another, every node within its group, every edge from node to node. */
export function expectTidy(layout: Layout, graph: SizedGraph): void {
  const sameIds = (a: readonly { id: string }[], b: readonly { id: string }[]) =>
    JSON.stringify(a.map(({ id }) => id).sort()) === JSON.stringify(b.map(({ id }) => id).sort());
  for (const kind of ['nodes', 'groups', 'edges'] as const)
    if (!sameIds(layout[kind], graph[kind])) throw new Error(`not the same ${kind}`);
  const rects = new Map(layout.nodes.map((node) => [node.id, node]));
  for (const [place, node] of layout.nodes.entries()) {
    const other = layout.nodes.slice(place + 1).find((one) => overlaps(node, one));
    if (other !== undefined) throw new Error(`${node.id} lies on ${other.id}`);
    if (!Number.isFinite(node.x + node.y)) throw new Error(`${node.id} is nowhere`);
    const group = layout.groups.find(({ id }) => id === node.group);
    if (node.group !== null && (group === undefined || !holds(group, node)))
      throw new Error(`${node.id} is outside ${node.group}`);
    if (!holds(layout, node)) throw new Error(`${node.id} is outside the picture`);
  }
  for (const { id, points, curve } of layout.edges) {
    const { source, target } = graph.edges.find((edge) => edge.id === id) ?? { source: '', target: '' };
    const ends = [
      [points[0], rects.get(source)],
      [points.at(-1), rects.get(target)],
      [curve[0], rects.get(source)],
      [curve.at(-1), rects.get(target)],
    ] as const;
    for (const [point, rect] of ends)
      if (point === undefined || rect === undefined || !isOnBorder(point, rect)) throw new Error(`${id} ends nowhere`);
    if (curve.length % 3 !== 1) throw new Error(`${id} is no row of cubic curves`);
  }
}

type Box = { x: number; y: number; width: number; height: number };
const SLACK = 0.5;

const holds = (outer: Box, inner: Box) =>
  inner.x >= outer.x - SLACK &&
  inner.y >= outer.y - SLACK &&
  inner.x + inner.width <= outer.x + outer.width + SLACK &&
  inner.y + inner.height <= outer.y + outer.height + SLACK;

function isOnBorder({ x, y }: { x: number; y: number }, rect: Box): boolean {
  const within =
    x >= rect.x - SLACK && x <= rect.x + rect.width + SLACK && y >= rect.y - SLACK && y <= rect.y + rect.height + SLACK;
  const dx = Math.min(Math.abs(x - rect.x), Math.abs(x - rect.x - rect.width));
  const dy = Math.min(Math.abs(y - rect.y), Math.abs(y - rect.y - rect.height));
  return within && Math.min(dx, dy) <= SLACK;
}
