import type { AddressRange } from '../address/address-range.ts';
import type { AddressSet } from '../sets/address-set.ts';
import { pairsOf } from '../sets/intervals.ts';

/** The address space cut wherever some rule may tell two neighbours apart. */
export interface AddressGrid {
  /** Number of the cell that holds the whole range; the range must not cross a cut. */
  readonly cellOf: (range: AddressRange) => number;
  /** All cells of a family, ascending. */
  readonly cellsOf: (family: 4 | 6) => readonly AddressRange[];
  /** The ranges of a set, each divided where it crosses a cut; ascending, IPv4 first. */
  readonly divide: (set: AddressSet) => readonly AddressRange[];
}

const END = { 4: 1n << 32n, 6: 1n << 128n } as const;

export function createAddressGrid(cuts: Iterable<AddressRange>): AddressGrid {
  const bounds = { 4: new Set<bigint>([0n]), 6: new Set<bigint>([0n]) };
  for (const { family, first, last } of cuts) bounds[family].add(first).add(last + 1n);
  const starts = { 4: ascending(bounds[4], END[4]), 6: ascending(bounds[6], END[6]) };
  const divide = (family: 4 | 6, [from, end]: readonly [bigint, bigint]): AddressRange[] => {
    const inner = starts[family].slice(placeOf(starts[family], from) + 1).filter((start) => start < end);
    return [from, ...inner].map((first, place) => ({ family, first, last: (inner[place] ?? end) - 1n }));
  };
  return {
    divide: ({ v4, v6 }) => [
      ...pairsOf(v4).flatMap((pair) => divide(4, pair)),
      ...pairsOf(v6).flatMap((pair) => divide(6, pair)),
    ],
    cellOf: ({ family, first }) => placeOf(starts[family], first) + (family === 6 ? starts[4].length : 0),
    cellsOf: (family) =>
      starts[family].map((first, place) => ({ family, first, last: (starts[family][place + 1] ?? END[family]) - 1n })),
  };
}

const ascending = (bounds: Set<bigint>, end: bigint) =>
  [...bounds].filter((bound) => bound < end).sort((a, b) => (a < b ? -1 : 1));

/** Place of the last start that is not above `value`. */
function placeOf(starts: readonly bigint[], value: bigint): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0n) <= value) low = middle;
    else high = middle;
  }
  return low;
}
