import type { Ideal } from './ideal-spot.ts';
import { boundsOf } from './rect.ts';
import type { Point, Rect } from './types.ts';

/** Nearest places along each axis that are tried; with those outside of everything, of which one is always free. */
const TRIES_PER_AXIS = 40;

export interface SpotSearch {
  readonly size: { readonly width: number; readonly height: number };
  /** Where it would stand if all were free. */
  readonly ideal: Ideal;
  /** What it is lined up with and must keep clear of, by these gaps. */
  readonly obstacles: readonly Rect[];
  readonly gapX: number;
  readonly gapY: number;
  readonly isFree: (rect: Rect) => boolean;
}

/** The free place nearest to the ideal one, beside, above, below or in line with an obstacle; null where none of those tried is free. */
export function findSpot({ size, ideal, obstacles, gapX, gapY, isFree }: SpotSearch): Point | null {
  const around = boundsOf(obstacles);
  const xs = [
    ideal.x,
    ...obstacles.flatMap((rect) => [rect.x, rect.x + rect.width + gapX, rect.x - size.width - gapX]),
  ];
  const ys = [
    ideal.y,
    ...obstacles.flatMap((rect) => [rect.y, rect.y + rect.height + gapY, rect.y - size.height - gapY]),
  ];
  const edges = around === null ? { xs: [], ys: [] } : edgesOf(around, size, gapX, gapY);
  const candidates: (Point & { distance: number })[] = [];
  for (const x of nearest(xs, ideal.x, edges.xs)) {
    for (const y of nearest(ys, ideal.y, edges.ys)) candidates.push({ x, y, distance: distanceTo(ideal, x, y) });
  }
  candidates.sort((a, b) => a.distance - b.distance || a.y - b.y || a.x - b.x);
  const found = candidates.find(({ x, y }) => isFree({ x, y, ...size }));
  return found === undefined ? null : { x: found.x, y: found.y };
}

/** Against the direction of reading a step counts for several. */
function distanceTo(ideal: Ideal, x: number, y: number): number {
  const WRONG_SIDE_FACTOR = 5;
  const dx = x - ideal.x;
  const isWrong = (ideal.wrongSide === 'left' && dx < 0) || (ideal.wrongSide === 'right' && dx > 0);
  return Math.hypot(isWrong ? dx * WRONG_SIDE_FACTOR : dx, y - ideal.y);
}

function edgesOf(around: Rect, size: { width: number; height: number }, gapX: number, gapY: number) {
  return {
    xs: [around.x - size.width - gapX, around.x + around.width + gapX],
    ys: [around.y - size.height - gapY, around.y + around.height + gapY],
  };
}

function nearest(values: readonly number[], ideal: number, always: readonly number[]): number[] {
  const sorted = [...new Set(values)].sort((a, b) => Math.abs(a - ideal) - Math.abs(b - ideal) || a - b);
  return [...new Set([...sorted.slice(0, TRIES_PER_AXIS), ...always])];
}
