import type { MapBatch } from '../../ffi/index.ts';

/** A batch as the kernel would fill it, from hex (spaces ignored), one entry each. For tests. */
export function batchOf(entries: readonly { readonly key: string; readonly value: string }[]): MapBatch {
  const join = (texts: readonly string[]) => {
    const bytes = Buffer.from(texts.join('').replaceAll(/\s/g, ''), 'hex');
    // On a boundary of its own, as a batch's memory is.
    return Buffer.from(new Uint8Array(bytes).buffer);
  };
  const keys = join(entries.map((entry) => entry.key));
  const values = join(entries.map((entry) => entry.value));
  return {
    count: entries.length,
    keys,
    values,
    keyWords: new Uint32Array(keys.buffer),
    valueWords: new Uint32Array(values.buffer),
  };
}

/** u64 as little-endian hex. */
export function u64Hex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.toString('hex');
}

/** u32 as little-endian hex. */
export function u32Hex(value: number): string {
  return u64Hex(value).slice(0, 8);
}
