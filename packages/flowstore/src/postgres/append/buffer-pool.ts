const KEPT_MAX = 16;
const KEPT_BYTES_MAX = 8 << 20;
const BYTES_MIN = 1 << 20;

/** Large buffers used again: a fresh megabyte costs hundreds of page faults each time. */
export class BufferPool {
  readonly #free: Buffer[] = [];

  /** A buffer of at least `bytes`; what it holds is anybody's. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex((buffer) => buffer.length >= bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    return found ?? Buffer.allocUnsafeSlow(Math.max(BYTES_MIN, 2 ** Math.ceil(Math.log2(bytes))));
  }

  /** Only once nobody reads it any more. */
  give(buffer: Buffer): void {
    if (this.#free.length < KEPT_MAX && buffer.length <= KEPT_BYTES_MAX) this.#free.push(buffer);
  }
}
