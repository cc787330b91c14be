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
