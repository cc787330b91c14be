import type { Point } from './types.ts';

/** The inner points of a way as renderers want them that know only the two ends: `weight` along the line from first to last (0 to 1), `distance` beside it (pixels, positive to the right of the direction of travel, y down). */
export function relativeBends(points: readonly Point[]): { weight: number; distance: number }[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const dx = last.x - first.x;
  const dy = last.y - first.y;
  const length = Math.hypot(dx, dy);
  if (length === 0) return [];
  return points.slice(1, -1).map(({ x, y }) => ({
    weight: ((x - first.x) * dx + (y - first.y) * dy) / length ** 2,
    distance: ((y - first.y) * dx - (x - first.x) * dy) / length,
  }));
}
