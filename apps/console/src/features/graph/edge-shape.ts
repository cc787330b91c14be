import type { Point } from '@margay/graph';

/** Reach of a bend in px: how far before and after a corner the line begins and ends to curve. */
const REACH = 28;
/** Ways are computed with fractions: what differs by less is level. */
const LEVEL_PX = 0.5;

/** A quadratic curve: start, control, end. */
export type Quad = readonly [Point, Point, Point];

/**
 * Control points for a smooth line that follows a polyline of level and upright parts: the corners themselves, and where a level part is long, points
 * that keep the curve on it until it is near the corner. First and last are the ends of the line.
 */
export function controlPoints(points: readonly Point[]): Point[] {
  const last = points.length - 1;
  return points.flatMap((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (!before || !after) return [point];
    const isFirst = index === 1;
    const isLast = index === last - 1;
    return [...keepOn(point, before, isFirst), point, ...keepOn(point, after, isLast)];
  });
}

/** A point on the way from a corner to its neighbour, where that way is level and long enough that the curve would leave it. */
function keepOn(corner: Point, neighbour: Point, isEnd: boolean): Point[] {
  const length = neighbour.x - corner.x;
  if (Math.abs(corner.y - neighbour.y) > LEVEL_PX || Math.abs(length) <= (isEnd ? REACH : 2 * REACH)) return [];
  return [{ x: corner.x + Math.sign(length) * REACH, y: corner.y }];
}

/** The curves that renderers of "unbundled Béziers" draw through control points: each one is a control, the middle between two of them a joint. */
export function quadsOf(points: readonly Point[]): Quad[] {
  const all = controlPoints(points);
  const [first, ...rest] = all;
  const end = rest.pop();
  if (!first || !end) return [];
  if (rest.length === 0) return [[first, middle(first, end), end]];
  let from = first;
  return rest.map((control, index): Quad => {
    const next = rest[index + 1];
    const to = next ? middle(control, next) : end;
    const quad: Quad = [from, control, to];
    from = to;
    return quad;
  });
}

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** SVG path data of {@link quadsOf}. */
export function pathOf(quads: readonly Quad[]): string {
  const text = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  return quads
    .map(([from, control, to], index) => `${index === 0 ? `M${text(from)}` : ''}Q${text(control)} ${text(to)}`)
    .join('');
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The point half-way along the line, by length. */
export function midpointOf(quads: readonly Quad[]): Point | null {
  const lengths = quads.map(
    ([a, b, c]) =>
      (Math.hypot(c.x - a.x, c.y - a.y) + Math.hypot(b.x - a.x, b.y - a.y) + Math.hypot(c.x - b.x, c.y - b.y)) / 2,
  );
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, quad] of quads.entries()) {
    const length = lengths[index] ?? 0;
    if (left <= length) return pointOn(quad, length === 0 ? 0 : left / length);
    left -= length;
  }
  return quads.at(-1)?.[2] ?? null;
}

function pointOn([a, b, c]: Quad, t: number): Point {
  const u = 1 - t;
  return { x: u * u * a.x + 2 * u * t * b.x + t * t * c.x, y: u * u * a.y + 2 * u * t * b.y + t * t * c.y };
}

/** Width of an edge in px: grows with the order of magnitude of its rate. */
export function edgeWidth(connectionsPerSecond: number): number {
  return Math.round((0.8 + Math.log10(1 + connectionsPerSecond)) * 100) / 100;
}
