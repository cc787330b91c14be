import { COLUMN_TYPES, type FlowColumns } from '../columns.ts';

/**
 * A batch on the wire, all little-endian:
 *
 *     0  u32  magic "MGYB"
 *     4  u32  version
 *     8  u32  length of the head in bytes
 *    12  u32  0
 *    16       head: JSON, UTF-8, zero-padded to 8 bytes
 *     …       columns in the order of COLUMN_TYPES, each zero-padded to 8 bytes; their length follows from head.rows
 *
 * Columns stand at multiples of 8, so that a reader takes them as typed arrays without copying.
 */
export const MAGIC = 0x4259474d;
export const PREFIX_BYTES = 16;

export const ELEMENTS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const;
export type ColumnName = keyof typeof COLUMN_TYPES;
export const COLUMN_NAMES = Object.keys(COLUMN_TYPES) as ColumnName[];

/** Typed arrays have the machine's byte order; Node runs on one big-endian platform (s390x), where views would lie. */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export const align8 = (bytes: number): number => (bytes + 7) & ~7;

/** Bytes of all columns of `rows` rows, padding included. */
export function columnsBytes(rows: number): number {
  let bytes = 0;
  for (const name of COLUMN_NAMES) bytes += align8(rows * ELEMENTS[COLUMN_TYPES[name]].BYTES_PER_ELEMENT);
  return bytes;
}

/** Columns over `buffer` from `offset` on, which must be a multiple of 8. Views, no copies. */
export function viewColumns(buffer: ArrayBufferLike, offset: number, rows: number): FlowColumns {
  let at = offset;
  const take = <T>(Elements: ElementsOf<T>): T => {
    const column = new Elements(buffer, at, rows);
    at += align8(rows * Elements.BYTES_PER_ELEMENT);
    return column;
  };
  // Written out: an object that is filled by computed keys becomes a dictionary, and every access in a hot loop a hash lookup. In wire order, which a test holds against COLUMN_TYPES.
  return {
    rows,
    windowStart: take(Uint32Array),
    srcHi: take(Uint32Array),
    srcLo: take(Uint32Array),
    dstHi: take(Uint32Array),
    dstLo: take(Uint32Array),
    serviceHi: take(Uint32Array),
    serviceLo: take(Uint32Array),
    traceHi: take(Uint32Array),
    traceLo: take(Uint32Array),
    protocol: take(Uint8Array),
    port: take(Uint16Array),
    reporter: take(Uint8Array),
    action: take(Uint8Array),
    evidence: take(Uint8Array),
    bytesForward: take(Float64Array),
    packetsForward: take(Float64Array),
    bytesReverse: take(Float64Array),
    packetsReverse: take(Float64Array),
    started: take(Uint32Array),
    completed: take(Uint32Array),
    firstSeenMs: take(Float64Array),
    lastSeenMs: take(Float64Array),
    addressSet: take(Uint32Array),
  };
}

interface ElementsOf<T> {
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** Columns of `rows` zeroes over one new buffer. */
export function allocateColumns(rows: number): FlowColumns {
  return viewColumns(new ArrayBuffer(columnsBytes(rows)), 0, rows);
}
