import type { PlacedEdge, Point, Rect } from './types.ts';

/** Less room than this between two nodes, and the edge goes from bottom to top instead of from side to side. */
const SIDE_ROOM_MIN = 24;
const LOOP_SIZE = 14;

/** The plain way from one node to another, around nothing: for edges that came after the picture was laid out. */
export function routeEdge(id: string, source: Rect, target: Rect): PlacedEdge {
  if (source === target) return routeLoop(id, source);
  if (target.x - (source.x + source.width) >= SIDE_ROOM_MIN) return routeLevel(id, rightOf(source), leftOf(target));
  if (source.x - (target.x + target.width) >= SIDE_ROOM_MIN) return routeLevel(id, leftOf(source), rightOf(target));
  const isDown = target.y >= source.y;
  const x = sharedX(source, target);
  return isDown
    ? routeUpright(id, bottomOf(source, x), topOf(target, x))
    : routeUpright(id, topOf(source, x), bottomOf(target, x));
}

const rightOf = (rect: Rect): Point => ({ x: rect.x + rect.width, y: rect.y + rect.height / 2 });
const leftOf = (rect: Rect): Point => ({ x: rect.x, y: rect.y + rect.height / 2 });
const topOf = (rect: Rect, x: number | null): Point => ({ x: x ?? rect.x + rect.width / 2, y: rect.y });
const bottomOf = (rect: Rect, x: number | null): Point => ({
  x: x ?? rect.x + rect.width / 2,
  y: rect.y + rect.height,
});

/** The middle of what two nodes above each other share; null where they share nothing. */
function sharedX(a: Rect, b: Rect): number | null {
  const from = Math.max(a.x, b.x);
  const to = Math.min(a.x + a.width, b.x + b.width);
  return from < to ? (from + to) / 2 : null;
}

function routeLevel(id: string, from: Point, to: Point): PlacedEdge {
  const middle = (from.x + to.x) / 2;
  const bends =
    from.y === to.y
      ? []
      : [
          { x: middle, y: from.y },
          { x: middle, y: to.y },
        ];
  const pull = (to.x - from.x) * 0.52;
  return {
    id,
    points: [from, ...bends, to],
    curve: [from, { x: from.x + pull, y: from.y }, { x: to.x - pull, y: to.y }, to],
  };
}

function routeUpright(id: string, from: Point, to: Point): PlacedEdge {
  const middle = (from.y + to.y) / 2;
  const bends =
    from.x === to.x
      ? []
      : [
          { x: from.x, y: middle },
          { x: to.x, y: middle },
        ];
  const pull = (to.y - from.y) * 0.6;
  return {
    id,
    points: [from, ...bends, to],
    curve: [from, { x: from.x, y: from.y + pull }, { x: to.x, y: to.y - pull }, to],
  };
}

function routeLoop(id: string, { x, y, width, height }: Rect): PlacedEdge {
  const from = { x: x + width, y: y + height / 2 };
  const to = { x: x + width - LOOP_SIZE, y };
  const corner = { x: from.x + LOOP_SIZE, y: y - LOOP_SIZE };
  const points = [from, { x: corner.x, y: from.y }, corner, { x: to.x, y: corner.y }, to];
  return { id, points, curve: [from, { x: corner.x, y: from.y }, { x: to.x, y: corner.y }, to] };
}
