import { COLUMN_TYPES, type FlowBatch } from '../src/index.ts';

/** Head and columns as plain JSON, so that a person can read what the bytes mean. */
export function readable(batch: FlowBatch): unknown {
  const names = Object.keys(COLUMN_TYPES) as (keyof typeof COLUMN_TYPES)[];
  return {
    head: batch.head,
    columns: Object.fromEntries(names.map((name) => [name, Array.from(batch.columns[name])])),
  };
}
