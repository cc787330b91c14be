/**
 * Bits of the clauses of a policy set that one part of a packet leaves possible. `summary` has a bit for each block of 512 with a bit in it, so that ten
 * thousand clauses cost a look at twenty; null where the set is small.
 */
export interface BitVector {
  readonly words: Uint32Array;
  readonly summary: Uint32Array | null;
}

/** Words of a block, as a power of two. */
const BLOCK_SHIFT = 4;
/** Below this many words looking at each is quicker. */
const SUMMARY_FROM_WORDS = 32;

export const wordsFor = (bits: number) => (bits + 31) >>> 5;

/** Closes a vector whose words are complete. */
export function summarise(words: Uint32Array): BitVector {
  if (words.length < SUMMARY_FROM_WORDS) return { words, summary: null };
  const summary = new Uint32Array(wordsFor((words.length >>> BLOCK_SHIFT) + 1));
  for (let at = 0; at < words.length; at++) {
    if (words[at] === 0) continue;
    const block = at >>> BLOCK_SHIFT;
    summary[block >>> 5] = (summary[block >>> 5] ?? 0) | (1 << (block & 31));
  }
  return { words, summary };
}

export function setBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

/** The first bit in `[from, to)` that all three have, a null `c` having every bit; −1: none. The vectors are of one length. */
export function firstCommon(
  a: BitVector,
  b: BitVector,
  c: BitVector | null,
  [from, to]: readonly [number, number],
): number {
  const last = (to - 1) >>> 5;
  let word = from >>> 5;
  let mask = -1 << (from & 31);
  while (from < to && word <= last) {
    let end = last + 1;
    if (a.summary !== null) {
      const block = word >>> BLOCK_SHIFT;
      const next = nextBlock(a.summary, b.summary as Uint32Array, c?.summary ?? null, block);
      if (next < 0) return -1;
      if (next > block) {
        word = next << BLOCK_SHIFT;
        mask = -1;
      }
      end = Math.min(end, (next + 1) << BLOCK_SHIFT);
    }
    for (; word < end; word++) {
      const common =
        (a.words[word] as number) & (b.words[word] as number) & (c === null ? -1 : (c.words[word] as number)) & mask;
      mask = -1;
      if (common === 0) continue;
      const bit = (word << 5) + lowestBit(common);
      return bit < to ? bit : -1;
    }
  }
  return -1;
}

/** The first block from `block` on that may hold a common bit; −1: none. */
function nextBlock(a: Uint32Array, b: Uint32Array, c: Uint32Array | null, block: number): number {
  let mask = -1 << (block & 31);
  for (let at = block >>> 5; at < a.length; at++) {
    const common = (a[at] as number) & (b[at] as number) & (c === null ? -1 : (c[at] as number)) & mask;
    mask = -1;
    if (common !== 0) return (at << 5) + lowestBit(common);
  }
  return -1;
}

const lowestBit = (bits: number) => 31 - Math.clz32(bits & -bits);
