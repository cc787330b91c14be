/** Bits of the clauses of a policy set that one part of a packet leaves possible. */
export interface BitVector {
  readonly words: Int32Array;
  /** The bits themselves, ascending, where they are few; null where they are many. */
  readonly few: readonly number[] | null;
  /** A bit for each block of 512 with a bit in it, so that ten thousand clauses cost a look at twenty; null where the set is small. */
  readonly summary: Int32Array | null;
}

/** Words of a block, as a power of two. */
const BLOCK_SHIFT = 4;
/** Below this many words looking at each is quicker. */
const SUMMARY_FROM_WORDS = 32;
const FEW_MAX = 32;

const wordsFor = (bits: number) => (bits + 31) >>> 5;

/** A vector of `size` bits, of which these are set; in any order. */
export function vectorOf(size: number, bits: readonly number[]): BitVector {
  const words = new Int32Array(Math.max(1, wordsFor(size)));
  for (const bit of bits) words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31));
  const few = bits.length > FEW_MAX ? null : [...bits].sort((a, b) => a - b);
  if (words.length < SUMMARY_FROM_WORDS) return { words, few, summary: null };
  const summary = new Int32Array(wordsFor((words.length >>> BLOCK_SHIFT) + 1));
  for (const bit of bits) {
    const block = bit >>> (5 + BLOCK_SHIFT);
    summary[block >>> 5] = (summary[block >>> 5] as number) | (1 << (block & 31));
  }
  return { words, few, summary };
}

/** The first bit from `from` up to but not including `to` that all three have, a null `c` having every bit; −1: none. The vectors are of one length. */
export function firstCommon(a: BitVector, b: BitVector, c: BitVector | null, from: number, to: number): number {
  if (a.few !== null && (b.few === null || a.few.length <= b.few.length)) return firstOfFew(a.few, b, c, from, to);
  if (b.few !== null) return firstOfFew(b.few, a, c, from, to);
  return firstOfMany(a, b, c, from, to);
}

function firstOfFew(few: readonly number[], b: BitVector, c: BitVector | null, from: number, to: number): number {
  for (let place = 0; place < few.length; place++) {
    const bit = few[place] as number;
    if (bit < from) continue;
    if (bit >= to) return -1;
    const mask = 1 << (bit & 31);
    if (((b.words[bit >>> 5] as number) & mask) === 0) continue;
    if (c === null || ((c.words[bit >>> 5] as number) & mask) !== 0) return bit;
  }
  return -1;
}

function firstOfMany(a: BitVector, b: BitVector, c: BitVector | null, from: number, to: number): number {
  const last = (to - 1) >>> 5;
  let word = from >>> 5;
  let mask = -1 << (from & 31);
  while (from < to && word <= last) {
    let end = last + 1;
    if (a.summary !== null) {
      const block = word >>> BLOCK_SHIFT;
      const next = nextBlock(a.summary, b.summary as Int32Array, c?.summary ?? null, block);
      if (next < 0) return -1;
      if (next > block) {
        word = next << BLOCK_SHIFT;
        mask = -1;
      }
      end = Math.min(end, (next + 1) << BLOCK_SHIFT);
    }
    for (; word < end; word++) {
      const third = c === null ? -1 : (c.words[word] as number);
      const common = (a.words[word] as number) & (b.words[word] as number) & third & mask;
      mask = -1;
      if (common === 0) continue;
      const bit = (word << 5) + lowestBit(common);
      return bit < to ? bit : -1;
    }
  }
  return -1;
}

/** The first block from `block` on that may hold a common bit; −1: none. */
function nextBlock(a: Int32Array, b: Int32Array, c: Int32Array | null, block: number): number {
  let mask = -1 << (block & 31);
  for (let at = block >>> 5; at < a.length; at++) {
    const third = c === null ? -1 : (c[at] as number);
    const common = (a[at] as number) & (b[at] as number) & third & mask;
    mask = -1;
    if (common !== 0) return (at << 5) + lowestBit(common);
  }
  return -1;
}

export const lowestBit = (bits: number) => 31 - Math.clz32(bits & -bits);
