import {
  equalIntervals,
  holdsValue,
  type Intervals,
  intersectIntervals,
  pairsOf,
  subtractIntervals,
  unionIntervals,
} from './intervals.ts';

/** Columns `from … end - 1` that all hold the same cells. */
export interface Stripe {
  readonly from: number;
  readonly end: number;
  readonly cells: Intervals;
}

/**
 * A set of pairs (column, cell): source port and destination port, or ICMP type and code. Stripes ascend and are disjoint, none is empty,
 * neighbours that touch differ. That form is canonical.
 */
export type Plane = readonly Stripe[];

/** Every column of `columns` with every cell of `cells`. */
export function rectangle(columns: Intervals, cells: Intervals): Plane {
  return cells.length === 0 ? [] : pairsOf(columns).map(([from, end]) => ({ from, end, cells }));
}

function combine(a: Plane, b: Plane, join: (a: Intervals, b: Intervals) => Intervals): Plane {
  const bounds = [...new Set([...a, ...b].flatMap(({ from, end }) => [from, end]))].sort((x, y) => x - y);
  const stripes: { from: number; end: number; cells: Intervals }[] = [];
  for (const [place, from] of bounds.entries()) {
    const end = bounds[place + 1];
    if (end === undefined) break;
    const cells = join(cellsAt(a, from), cellsAt(b, from));
    if (cells.length === 0) continue;
    const last = stripes.at(-1);
    if (last !== undefined && last.end === from && equalIntervals(last.cells, cells)) last.end = end;
    else stripes.push({ from, end, cells });
  }
  return stripes;
}

function cellsAt(plane: Plane, column: number): Intervals {
  return plane.find(({ from, end }) => column >= from && column < end)?.cells ?? [];
}

export function unionPlanes(a: Plane, b: Plane): Plane {
  if (a.length === 0) return b;
  return b.length === 0 ? a : combine(a, b, unionIntervals);
}

export function intersectPlanes(a: Plane, b: Plane): Plane {
  return a.length === 0 || b.length === 0 ? [] : combine(a, b, intersectIntervals);
}

export function subtractPlanes(a: Plane, b: Plane): Plane {
  return a.length === 0 || b.length === 0 ? a : combine(a, b, subtractIntervals);
}

export function equalPlanes(a: Plane, b: Plane): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((stripe, place) => {
    const other = b[place];
    return stripe.from === other?.from && stripe.end === other.end && equalIntervals(stripe.cells, other.cells);
  });
}

/** Whether the pair lies in the set. */
export function holdsPair(plane: Plane, column: number, cell: number): boolean {
  return holdsValue(cellsAt(plane, column), cell);
}
