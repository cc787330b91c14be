import type { Atom } from './atom-book.ts';
import { type BitVector, vectorOf } from './bit-vector.ts';
import type { CompiledClause } from './clause.ts';

const PAGE_SHIFT = 8;

/** For an atom the clauses whose peer it may be. Atoms that look alike to this list share one vector. */
export function createPeerRows(clauses: readonly CompiledClause[]): (atom: Atom) => BitVector {
  const anybody: number[] = [];
  const places = new Map<number, number[]>();
  for (const [place, { peer }] of clauses.entries()) {
    const list = peer === null ? anybody : (places.get(peer.id) ?? []);
    list.push(place);
    if (peer !== null) places.set(peer.id, list);
  }
  const vectors = new Map<string, BitVector>();
  const pages: (BitVector | undefined)[][] = [];

  const make = ({ conditions }: Atom): BitVector => {
    const held = places.size === 0 ? [] : conditions.filter((id) => places.has(id));
    const key = held.join();
    const known = vectors.get(key);
    if (known !== undefined) return known;
    const vector = vectorOf(clauses.length, [...anybody, ...held.flatMap((id) => places.get(id) ?? [])]);
    vectors.set(key, vector);
    return vector;
  };
  return (atom) => {
    const page = pages[atom.id >>> PAGE_SHIFT] ?? [];
    pages[atom.id >>> PAGE_SHIFT] = page;
    const at = atom.id & ((1 << PAGE_SHIFT) - 1);
    const known = page[at];
    if (known !== undefined) return known;
    const vector = make(atom);
    page[at] = vector;
    return vector;
  };
}

/** Up to how many clauses a mask holds. */
export const MASK_CLAUSES = 32;

/**
 * The same for so few clauses that one number holds them: nothing is kept by atom, for finding out is as quick as remembering. That is what most pods
 * have, and what millions of pairs of them are compared with.
 */
export function createPeerMask(clauses: readonly CompiledClause[]): (atom: Atom) => number {
  let anybody = 0;
  const masks = new Map<number, number>();
  for (const [place, { peer }] of clauses.entries()) {
    if (peer === null) anybody |= 1 << place;
    else masks.set(peer.id, (masks.get(peer.id) ?? 0) | (1 << place));
  }
  const ids = Int32Array.from(masks.keys());
  const bits = Int32Array.from(masks.values());
  return (atom) => {
    const held = atom.bits;
    let mask = anybody;
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      const word = id >>> 5;
      if (word < held.length && ((held[word] as number) & (1 << (id & 31))) !== 0) mask |= bits[at] as number;
    }
    return mask;
  };
}
