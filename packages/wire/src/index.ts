import type { FlowColumns } from './columns.ts';
import type { BatchHead } from './messages.ts';

export * from './columns.ts';
export * from './messages.ts';

/** A flow batch as both sides hold it. Encoded by `encodeBatch` (magic, version, JSON head, little-endian columns), compressed with zstd by the caller. */
export interface FlowBatch {
  readonly head: BatchHead;
  readonly columns: FlowColumns;
}
