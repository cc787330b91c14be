import type { Point, Rect } from './types.ts';

/** Whether two rectangles share more than a border. */
export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function inflate({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** The smallest rectangle around all; null around none. */
export function boundsOf(rects: readonly Rect[]): Rect | null {
  if (rects.length === 0) return null;
  const x = rects.reduce((least, rect) => Math.min(least, rect.x), Number.POSITIVE_INFINITY);
  const y = rects.reduce((least, rect) => Math.min(least, rect.y), Number.POSITIVE_INFINITY);
  const right = rects.reduce((most, rect) => Math.max(most, rect.x + rect.width), Number.NEGATIVE_INFINITY);
  const below = rects.reduce((most, rect) => Math.max(most, rect.y + rect.height), Number.NEGATIVE_INFINITY);
  return { x, y, width: right - x, height: below - y };
}

export const centreOf = ({ x, y, width, height }: Rect): Point => ({ x: x + width / 2, y: y + height / 2 });
