import { ACTIONS, EVIDENCE, REPORTERS } from '@margay/model';
import type { FlowColumns } from '../columns.ts';
import { WireFormatError } from './wire-format-error.ts';

/** A row is 5 s of one key: a terabyte is 200 times what a 100 Gbit/s link moves. The bound keeps sums of many rows exact in a double. */
export const ROW_LIMITS = { bytes: 2 ** 43, packets: 2 ** 31 - 1, connections: 2 ** 31 - 1 } as const;
/** The last millisecond that a Date can hold (ECMAScript, time values). */
const TIME_MAX_MS = 8.64e15;

/**
 * Refuses columns that would poison sums or point nowhere: indices out of range, counters that are NaN, negative, fractional or absurd, times out of order.
 *
 * @throws WireFormatError `column`, naming column and row.
 */
export function checkColumns(columns: FlowColumns, addressSets: number): void {
  checkIndices('reporter', columns.reporter, REPORTERS.length);
  checkIndices('action', columns.action, ACTIONS.length);
  checkIndices('evidence', columns.evidence, EVIDENCE.length);
  // Set 0 is the empty one, also where a head lists none.
  checkIndices('addressSet', columns.addressSet, Math.max(1, addressSets));
  checkWhole('bytesForward', columns.bytesForward, ROW_LIMITS.bytes);
  checkWhole('bytesReverse', columns.bytesReverse, ROW_LIMITS.bytes);
  checkWhole('packetsForward', columns.packetsForward, ROW_LIMITS.packets);
  checkWhole('packetsReverse', columns.packetsReverse, ROW_LIMITS.packets);
  checkIndices('started', columns.started, ROW_LIMITS.connections + 1);
  checkIndices('completed', columns.completed, ROW_LIMITS.connections + 1);
  checkWhole('firstSeenMs', columns.firstSeenMs, TIME_MAX_MS);
  checkWhole('lastSeenMs', columns.lastSeenMs, TIME_MAX_MS);
  checkOrder(columns);
}

function checkOrder({ rows, firstSeenMs, lastSeenMs, srcHi, srcLo, dstHi, dstLo }: FlowColumns): void {
  for (let row = 0; row < rows; row++) {
    if ((firstSeenMs[row] ?? 0) > (lastSeenMs[row] ?? 0))
      throw new WireFormatError('column', `row ${row}: lastSeenMs is before firstSeenMs`);
    if (isNone(srcHi, srcLo, row) || isNone(dstHi, dstLo, row))
      throw new WireFormatError('column', `row ${row}: source and destination must name a peer`);
  }
}

function isNone(hi: Uint32Array, lo: Uint32Array, row: number): boolean {
  return hi[row] === 0 && lo[row] === 0;
}

function checkIndices(name: string, column: Uint8Array | Uint32Array, size: number): void {
  for (let row = 0; row < column.length; row++)
    if ((column[row] ?? size) >= size)
      throw new WireFormatError('column', `row ${row}: ${name} is ${column[row]}, expected less than ${size}`);
}

function checkWhole(name: string, column: Float64Array, max: number): void {
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? Number.NaN;
    // Written so that NaN fails.
    if (!(value >= 0 && value <= max && Math.floor(value) === value))
      throw new WireFormatError('column', `row ${row}: ${name} is ${value}, expected a whole number from 0 to ${max}`);
  }
}
