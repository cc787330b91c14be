import { addressText } from '../../ffi/index.ts';

const SLOTS = 1 << 14;
const WORDS = 4;
const words = new Uint32Array(SLOTS * WORDS);
const families = new Uint8Array(SLOTS);
const texts: string[] = new Array(SLOTS).fill('');
const scratch = Buffer.alloc(16);
const scratchWords = new Uint32Array(scratch.buffer, scratch.byteOffset, WORDS);

/**
 * The text of the address whose 16 bytes lie in four words from `at` on. The same few thousand addresses come up in
 * every window: a slot each, overwritten by the next that falls on it.
 */
export function cachedAddress(source: Uint32Array, at: number, family: 4 | 6): string {
  const w0 = source[at] ?? 0;
  const w1 = source[at + 1] ?? 0;
  const w2 = source[at + 2] ?? 0;
  const w3 = source[at + 3] ?? 0;
  const slot = slotOf(w0, w1, w2, w3);
  const base = slot * WORDS;
  if (
    families[slot] === family &&
    words[base] === w0 &&
    words[base + 1] === w1 &&
    words[base + 2] === w2 &&
    words[base + 3] === w3
  ) {
    return texts[slot] ?? '';
  }
  for (const cells of [scratchWords, words.subarray(base, base + WORDS)]) {
    cells[0] = w0;
    cells[1] = w1;
    cells[2] = w2;
    cells[3] = w3;
  }
  const text = addressText(scratch, 0, family);
  texts[slot] = text;
  families[slot] = family;
  return text;
}

function slotOf(w0: number, w1: number, w2: number, w3: number): number {
  let hash = Math.imul(w0 ^ Math.imul(w3, 0x85ebca6b), 0x9e3779b1) ^ Math.imul(w1 ^ w2, 0xc2b2ae35);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 18;
}
