import type { FlowBatch } from '../index.ts';
import { LIMITS } from '../limits.ts';
import { BatchHead, WIRE_VERSION } from '../messages.ts';
import { checkColumns } from './check-columns.ts';
import { checkText } from './check-text.ts';
import { align8, columnsBytes, LITTLE_ENDIAN, MAGIC, PREFIX_BYTES, viewColumns } from './layout.ts';
import { WireFormatError } from './wire-format-error.ts';

/**
 * Reads what {@link encodeBatch} wrote. Columns are views over `bytes` (copied once only where these do not start at a multiple of 8 in their buffer).
 * Everything is checked: lengths, head (zod), text, index ranges, counters, times. Bytes after the last column are refused.
 *
 * @throws WireFormatError, and nothing else, whatever the bytes.
 */
export function decodeBatch(bytes: Uint8Array): FlowBatch {
  if (!LITTLE_ENDIAN) throw new WireFormatError('version', 'this machine is big-endian: Margay does not run here yet');
  if (bytes.length > LIMITS.batchBytes)
    throw new WireFormatError('too-large', `${bytes.length} bytes, at most ${LIMITS.batchBytes}: split the batch`);
  if (bytes.length < PREFIX_BYTES) throw new WireFormatError('length', `${bytes.length} bytes are no batch`);
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  if (prefix.getUint32(0, true) !== MAGIC) throw new WireFormatError('magic', 'these bytes are not a Margay batch');
  const version = prefix.getUint32(4, true);
  if (version !== WIRE_VERSION)
    throw new WireFormatError(
      'version',
      `batch version ${version}, this console reads ${WIRE_VERSION}: update the older one`,
    );
  const headBytes = prefix.getUint32(8, true);
  const columnsStart = PREFIX_BYTES + align8(headBytes);
  if (prefix.getUint32(12, true) !== 0 || headBytes > bytes.length - PREFIX_BYTES)
    throw new WireFormatError('length', `a head of ${headBytes} bytes in a batch of ${bytes.length}`);

  const head = decodeHead(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headBytes));
  const expected = columnsStart + columnsBytes(head.rows);
  if (bytes.length !== expected)
    throw new WireFormatError('length', `${head.rows} rows make ${expected} bytes, got ${bytes.length}`);
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const columns = viewColumns(aligned.buffer, aligned.byteOffset + columnsStart, head.rows);
  checkColumns(columns, head.addressSets.length);
  return { head, columns };
}

function decodeHead(bytes: Uint8Array): BatchHead {
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw new WireFormatError('head', 'the head is not JSON in UTF-8', { cause });
  }
  checkText(text, json);
  const parsed = BatchHead.safeParse(json);
  if (!parsed.success) throw new WireFormatError('head', `head: ${firstIssue(parsed.error)}`, { cause: parsed.error });
  if ((parsed.data.addressSets[0]?.length ?? 0) > 0)
    throw new WireFormatError('head', 'head: addressSets[0] must be the empty set');
  return parsed.data;
}

function firstIssue(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'invalid'}`.trim().slice(0, 500);
}
