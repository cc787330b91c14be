/**
 * A set of whole numbers as sorted disjoint intervals: `[from, end, from, end, …]`, each holding `from` up to but not including `end`,
 * strictly ascending. That form is canonical: equal sets have equal lists. Numbers for ports, bigint for addresses.
 */
export type Intervals<T extends number | bigint = number> = readonly T[];

/** The set of `from` … `end - 1`; empty where `end <= from`. */
export function interval<T extends number | bigint>(from: T, end: T): Intervals<T> {
  return from < end ? [from, end] : [];
}

/** Sweeps both sets once and keeps the numbers for which `keep` says so; `keep(false, false)` must be false. */
function combine<T extends number | bigint>(
  a: Intervals<T>,
  b: Intervals<T>,
  keep: (inA: boolean, inB: boolean) => boolean,
): Intervals<T> {
  const kept: T[] = [];
  let i = 0;
  let j = 0;
  let open = false;
  while (i < a.length || j < b.length) {
    const nextA = a[i];
    const nextB = b[j];
    const at = nextA === undefined || (nextB !== undefined && nextB < nextA) ? nextB : nextA;
    if (at === undefined) break;
    if (nextA === at) i++;
    if (nextB === at) j++;
    const inside = keep(i % 2 === 1, j % 2 === 1);
    if (inside !== open) kept.push(at);
    open = inside;
  }
  return kept;
}

export function unionIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a.length === 0) return b;
  return b.length === 0 ? a : combine(a, b, (inA, inB) => inA || inB);
}

export function intersectIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  return a.length === 0 || b.length === 0 ? [] : combine(a, b, (inA, inB) => inA && inB);
}

export function subtractIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  return a.length === 0 || b.length === 0 ? a : combine(a, b, (inA, inB) => inA && !inB);
}

export function equalIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): boolean {
  return a === b || (a.length === b.length && a.every((bound, place) => bound === b[place]));
}

/** Whether `value` lies in the set. */
export function holdsValue<T extends number | bigint>(set: Intervals<T>, value: T): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle] as T) <= value) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 1;
}

/** The intervals as pairs `[from, end)`. */
export function pairsOf<T extends number | bigint>(set: Intervals<T>): readonly (readonly [T, T])[] {
  const pairs: (readonly [T, T])[] = [];
  for (let at = 0; at + 1 < set.length; at += 2) pairs.push([set[at] as T, set[at + 1] as T]);
  return pairs;
}
