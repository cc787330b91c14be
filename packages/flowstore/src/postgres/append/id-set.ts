/**
 * A set of 64-bit ids, each with a 64-bit check value, as four u32 a slot: no object and no BigInt an id.
 * Open addressing; ids are hashes already, so their low bits choose the slot. Id 0 (`NO_ID`) is never a member.
 */
export class IdSet {
  #slots: Uint32Array;
  #mask: number;
  #size = 0;

  constructor(capacity = 256) {
    this.#mask = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2))) - 1;
    this.#slots = new Uint32Array((this.#mask + 1) * 4);
  }

  get size(): number {
    return this.#size;
  }

  has(hi: number, lo: number): boolean {
    const slots = this.#slots;
    const at = find(slots, this.#mask, hi, lo);
    return slots[at] !== 0 || slots[at + 1] !== 0;
  }

  /** @returns whether it was not there before; a member keeps its first check value. */
  add(hi: number, lo: number, checkHi = 0, checkLo = 0): boolean {
    if ((hi === 0 && lo === 0) || this.has(hi, lo)) return false;
    put(this.#slots, find(this.#slots, this.#mask, hi, lo), hi, lo, checkHi, checkLo);
    if (++this.#size * 2 > this.#mask) this.#grow();
    return true;
  }

  /** Whether the member's check value is another one. False for what is no member. */
  contradicts(hi: number, lo: number, checkHi: number, checkLo: number): boolean {
    const slots = this.#slots;
    const at = find(slots, this.#mask, hi, lo);
    return (slots[at] !== 0 || slots[at + 1] !== 0) && (slots[at + 2] !== checkHi || slots[at + 3] !== checkLo);
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Uint32Array((this.#mask + 1) * 4);
    for (let from = 0; from < old.length; from += 4) {
      const [hi = 0, lo = 0, checkHi = 0, checkLo = 0] = old.subarray(from, from + 4);
      if (hi !== 0 || lo !== 0) put(this.#slots, find(this.#slots, this.#mask, hi, lo), hi, lo, checkHi, checkLo);
    }
  }
}

/** Where the id stands, or the empty slot where it would. */
function find(slots: Uint32Array, mask: number, hi: number, lo: number): number {
  let slot = (lo ^ hi) & mask;
  for (;;) {
    const at = slot * 4;
    const foundHi = slots[at];
    const foundLo = slots[at + 1];
    if ((foundHi === hi && foundLo === lo) || (foundHi === 0 && foundLo === 0)) return at;
    slot = (slot + 1) & mask;
  }
}

function put(slots: Uint32Array, at: number, hi: number, lo: number, checkHi: number, checkLo: number): void {
  slots[at] = hi;
  slots[at + 1] = lo;
  slots[at + 2] = checkHi;
  slots[at + 3] = checkLo;
}
