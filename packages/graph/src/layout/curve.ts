import type { Point } from './types.ts';

/** Half of the way over which a curve leaves one level for the next, where there is room. */
const REACH = 28;

/** A polyline of level and upright parts as cubic curves that leave and reach every level part level: start, then control, control, end for each. */
export function curveThrough(points: readonly Point[]): Point[] {
  const [first] = points;
  if (first === undefined) return [];
  const curve: Point[] = [first];
  let at = first;
  for (const [place, bend] of points.entries()) {
    const next = points[place + 1];
    const isUpright = next !== undefined && bend.x === next.x && bend.y !== next.y;
    if (!isUpright) continue;
    const before = points[place - 1] ?? bend;
    const after = points[place + 2] ?? next;
    const from = { x: bend.x + reach(before.x - bend.x, place <= 1), y: bend.y };
    const to = { x: next.x + reach(after.x - next.x, place + 2 >= points.length - 1), y: next.y };
    if (from.x !== at.x || from.y !== at.y) pushLine(curve, at, from);
    curve.push({ x: bend.x, y: from.y }, { x: next.x, y: to.y }, to);
    at = to;
  }
  const last = points.at(-1) ?? first;
  if (last.x !== at.x || last.y !== at.y) pushLine(curve, at, last);
  return curve;
}

/** How far along a level part a curve reaches: all of it at an end of the edge, half of it where another curve begins. */
function reach(length: number, isEnd: boolean): number {
  const room = Math.abs(length) / (isEnd ? 1 : 2);
  return Math.sign(length) * Math.min(room, REACH);
}

function pushLine(curve: Point[], from: Point, to: Point): void {
  const third = (t: number) => ({ x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t });
  curve.push(third(1 / 3), third(2 / 3), to);
}
