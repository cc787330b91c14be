import type { AddressRange } from '../address/address-range.ts';

/** Finds what holds an address: one Map lookup for each size of block that occurs. */
export interface AddressIndex<T> {
  /** Everything with a block that holds all of `range`, each once, in the order it was added. */
  readonly holding: (range: AddressRange) => readonly T[];
  readonly add: (entry: AddressEntry<T>) => void;
  /** Takes away what was added with these ranges and this value. */
  readonly remove: (entry: AddressEntry<T>) => void;
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
  let all: Blocks<T>[] = [];
  let added = 0;
  const blocksOf = ({ family, first, last }: AddressRange) => {
    const size = last - first + 1n;
    const key = `${family}/${size}`;
    const known = bySize.get(key);
    if (known !== undefined) return known;
    const blocks: Blocks<T> = { family, size, byFirst: new Map() };
    bySize.set(key, blocks);
    all = [...bySize.values()];
    return blocks;
  };
  const add = ({ ranges, value }: AddressEntry<T>) => {
    const place = added++;
    for (const range of ranges) {
      const { byFirst } = blocksOf(range);
      const found = byFirst.get(range.first);
      if (found === undefined) byFirst.set(range.first, [{ place, value }]);
      else if (found.at(-1)?.place !== place) found.push({ place, value });
    }
  };
  for (const entry of entries) add(entry);
  return {
    add,
    remove: ({ ranges, value }) => {
      for (const range of ranges) {
        const { byFirst } = blocksOf(range);
        const left = (byFirst.get(range.first) ?? []).filter((one) => one.value !== value);
        if (left.length === 0) byFirst.delete(range.first);
        else byFirst.set(range.first, left);
      }
    },
    holding: (range) => find(all, range),
  };
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
