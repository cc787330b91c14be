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
    return this.#occupied(this.#find(hi, lo));
  }

  /** @returns whether it was not there before; a member keeps its first check value. */
  add(hi: number, lo: number, checkHi = 0, checkLo = 0): boolean {
    if (hi === 0 && lo === 0) return false;
    const at = this.#find(hi, lo);
    if (this.#occupied(at)) return false;
    this.#slots[at] = hi;
    this.#slots[at + 1] = lo;
    this.#slots[at + 2] = checkHi;
    this.#slots[at + 3] = checkLo;
    if (++this.#size * 2 > this.#mask) this.#grow();
    return true;
  }

  /** Whether the member's check value is another one. False for what is no member. */
  contradicts(hi: number, lo: number, checkHi: number, checkLo: number): boolean {
    const at = this.#find(hi, lo);
    return this.#occupied(at) && (this.#slots[at + 2] !== checkHi || this.#slots[at + 3] !== checkLo);
  }

  /** Calls `each` for every member. */
  forEach(each: (hi: number, lo: number) => void): void {
    for (let at = 0; at < this.#slots.length; at += 4)
      if (this.#occupied(at)) each(this.#slots[at] ?? 0, this.#slots[at + 1] ?? 0);
  }

  #occupied(at: number): boolean {
    return this.#slots[at] !== 0 || this.#slots[at + 1] !== 0;
  }

  /** Where the id stands, or the empty slot where it would. */
  #find(hi: number, lo: number): number {
    let slot = (lo ^ hi) & this.#mask;
    for (;;) {
      const at = slot * 4;
      if (!this.#occupied(at) || (this.#slots[at] === hi && this.#slots[at + 1] === lo)) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Uint32Array((this.#mask + 1) * 4);
    for (let at = 0; at < old.length; at += 4) {
      if (old[at] === 0 && old[at + 1] === 0) continue;
      this.#slots.set(old.subarray(at, at + 4), this.#find(old[at] ?? 0, old[at + 1] ?? 0));
    }
  }
}
