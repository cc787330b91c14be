import { COLUMN_TYPES } from '../columns.ts';
import type { FlowBatch } from '../index.ts';
import { LIMITS } from '../limits.ts';
import { WIRE_VERSION } from '../messages.ts';
import { align8, COLUMN_NAMES, columnsBytes, ELEMENTS, LITTLE_ENDIAN, MAGIC, PREFIX_BYTES } from './layout.ts';
import { WireFormatError } from './wire-format-error.ts';

/**
 * A batch as bytes, see `layout.ts`; the caller compresses them with zstd.
 * `head.rows` is taken from the columns.
 *
 * @throws WireFormatError `too-large` beyond LIMITS, `column` where a column's length is not `columns.rows`.
 */
export function encodeBatch(batch: FlowBatch): Uint8Array {
  if (!LITTLE_ENDIAN) throw new WireFormatError('version', 'this machine is big-endian: Margay does not run here yet');
  const { columns } = batch;
  const head = new TextEncoder().encode(JSON.stringify({ ...batch.head, rows: columns.rows }));
  const headEnd = PREFIX_BYTES + align8(head.length);
  const total = headEnd + columnsBytes(columns.rows);
  if (columns.rows > LIMITS.batchRows || total > LIMITS.batchBytes)
    throw new WireFormatError('too-large', `a batch of ${columns.rows} rows and ${total} bytes: split it`);

  const bytes = new Uint8Array(total);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(0, MAGIC, true);
  prefix.setUint32(4, WIRE_VERSION, true);
  prefix.setUint32(8, head.length, true);
  bytes.set(head, PREFIX_BYTES);

  let at = headEnd;
  for (const name of COLUMN_NAMES) {
    const column = columns[name];
    if (column.length !== columns.rows)
      throw new WireFormatError('column', `column ${name} has ${column.length} of ${columns.rows} rows`);
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += align8(columns.rows * ELEMENTS[COLUMN_TYPES[name]].BYTES_PER_ELEMENT);
  }
  return bytes;
}
