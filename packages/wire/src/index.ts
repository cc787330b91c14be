import type { FlowColumns } from './columns.ts';
import type { BatchHead } from './messages.ts';

export { ROW_LIMITS } from './codec/check-columns.ts';
export { checkText } from './codec/check-text.ts';
export { decodeBatch } from './codec/decode-batch.ts';
export { encodeBatch } from './codec/encode-batch.ts';
export { FlowColumnsBuilder, type FlowRowInput } from './codec/flow-columns-builder.ts';
export { allocateColumns } from './codec/layout.ts';
export { FORMAT_FAULTS, type FormatFault, WireFormatError } from './codec/wire-format-error.ts';
export * from './columns.ts';
export { LIMITS } from './limits.ts';
export * from './messages.ts';

/** A flow batch as both sides hold it. Encoded by `encodeBatch` (magic, version, JSON head, little-endian columns), compressed with zstd by the caller. */
export interface FlowBatch {
  readonly head: BatchHead;
  readonly columns: FlowColumns;
}
