const FIRST_KEYS = 256;

/** Keys of a map, one after the other in one piece of memory: there can be ten thousands of them every few seconds. */
export class KeyPile {
  readonly keyBytes: number;
  #memory: Buffer;
  #length = 0;

  constructor(keyBytes: number) {
    this.keyBytes = keyBytes;
    this.#memory = Buffer.allocUnsafe(FIRST_KEYS * keyBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** Takes a copy of the key that lies in `source` from byte `at` on. */
  add(source: Buffer, at = 0): void {
    const end = this.#length * this.keyBytes;
    if (end === this.#memory.length) {
      const wider = Buffer.allocUnsafe(2 * end);
      this.#memory.copy(wider);
      this.#memory = wider;
    }
    source.copy(this.#memory, end, at, at + this.keyBytes);
    this.#length++;
  }

  /** The keys from the nth on. No copy: good until the next is added. */
  from(nth: number): Buffer {
    return this.#memory.subarray(nth * this.keyBytes, this.#length * this.keyBytes);
  }
}
