import type { AddressRange } from '../address/address-range.ts';

/** Finds what holds an address: one Map lookup for each size of block that occurs. */
export interface AddressIndex<T> {
  /** Everything with a block that holds all of `range`, each once, in the order it was added. */
  readonly holding: (range: AddressRange) => readonly T[];
}

export interface AddressEntry<T> {
  readonly ranges: readonly AddressRange[];
  readonly value: T;
}

interface Blocks<T> {
  readonly family: 4 | 6;
  /** Number of addresses: a power of two, to which `first` is aligned. */
  readonly size: bigint;
  readonly byFirst: Map<bigint, { place: number; value: T }[]>;
}

export function createAddressIndex<T>(entries: readonly AddressEntry<T>[]): AddressIndex<T> {
  const bySize = new Map<string, Blocks<T>>();
  for (const [place, { ranges, value }] of entries.entries()) {
    for (const { family, first, last } of ranges) {
      const size = last - first + 1n;
      const key = `${family}/${size}`;
      const blocks: Blocks<T> = bySize.get(key) ?? { family, size, byFirst: new Map() };
      bySize.set(key, blocks);
      const found = blocks.byFirst.get(first);
      if (found === undefined) blocks.byFirst.set(first, [{ place, value }]);
      else if (found.at(-1)?.place !== place) found.push({ place, value });
    }
  }
  const all = [...bySize.values()];
  return { holding: (range) => find(all, range) };
}

function find<T>(all: readonly Blocks<T>[], range: AddressRange): readonly T[] {
  const found = new Map<number, T>();
  for (const { family, size, byFirst } of all) {
    if (family !== range.family || byFirst.size === 0) continue;
    const first = range.first - (range.first % size);
    if (range.last >= first + size) continue;
    for (const { place, value } of byFirst.get(first) ?? []) found.set(place, value);
  }
  if (found.size < 2) return [...found.values()];
  return [...found].sort(([a], [b]) => a - b).map(([, value]) => value);
}
