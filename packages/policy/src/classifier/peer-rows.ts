import type { Atom } from './atom-book.ts';
import { type BitVector, setBit, summarise, wordsFor } from './bit-vector.ts';
import type { CompiledClause } from './clause.ts';

const PAGE_SHIFT = 8;

/** For an atom the clauses whose peer it may be. Atoms that look alike to this list share one vector. */
export function createPeerRows(clauses: readonly CompiledClause[]): (atom: Atom) => BitVector {
  const anybody = new Uint32Array(wordsFor(clauses.length));
  const places = new Map<number, number[]>();
  for (const [place, { peer }] of clauses.entries()) {
    if (peer === null) {
      setBit(anybody, place);
      continue;
    }
    const known = places.get(peer.id);
    if (known === undefined) places.set(peer.id, [place]);
    else known.push(place);
  }
  const others = summarise(anybody);
  const vectors = new Map<string, BitVector>();
  const pages: (BitVector | undefined)[][] = [];

  const make = ({ conditions }: Atom): BitVector => {
    const held = places.size === 0 ? [] : conditions.filter((id) => places.has(id));
    if (held.length === 0) return others;
    const key = held.join();
    const known = vectors.get(key);
    if (known !== undefined) return known;
    const words = anybody.slice();
    for (const id of held) for (const place of places.get(id) ?? []) setBit(words, place);
    const vector = summarise(words);
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
