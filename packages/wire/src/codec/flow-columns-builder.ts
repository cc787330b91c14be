import { ACTIONS, type Action, EVIDENCE, type Evidence, REPORTERS, type Reporter } from '@margay/model';
import type { FlowColumns } from '../columns.ts';
import { LIMITS } from '../limits.ts';
import { allocateColumns, COLUMN_NAMES } from './layout.ts';
import { WireFormatError } from './wire-format-error.ts';

/** One row, for those who have rows: the builder turns it into columns. Ids as two u32 (see `splitHash64`); 0/0 stands for none. */
export interface FlowRowInput {
  readonly windowStart: number;
  readonly srcHi: number;
  readonly srcLo: number;
  readonly dstHi: number;
  readonly dstLo: number;
  readonly serviceHi: number;
  readonly serviceLo: number;
  readonly traceHi?: number;
  readonly traceLo?: number;
  readonly protocol: number;
  readonly port: number;
  readonly reporter: Reporter;
  readonly action: Action;
  readonly evidence: Evidence;
  readonly bytesForward: number;
  readonly packetsForward: number;
  readonly bytesReverse: number;
  readonly packetsReverse: number;
  readonly started: number;
  readonly completed: number;
  /** Fractions of a millisecond are cut. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly addresses?: readonly string[];
}

/** Collects rows into columns and shares equal address sets. `take` hands both over and starts anew. */
export class FlowColumnsBuilder {
  #columns: FlowColumns;
  #rows = 0;
  #sets = new Map<string, number>([['', 0]]);
  #lists: string[][] = [[]];

  constructor(capacity = 1024) {
    this.#columns = allocateColumns(capacity);
  }

  get rows(): number {
    return this.#rows;
  }

  /** @throws WireFormatError `too-large` beyond LIMITS.batchRows: take first. */
  push(row: FlowRowInput): void {
    if (this.#rows === LIMITS.batchRows)
      throw new WireFormatError('too-large', `a batch holds at most ${LIMITS.batchRows} rows`);
    if (this.#rows === this.#columns.rows) this.#grow();
    const at = this.#rows++;
    const columns = this.#columns;
    columns.windowStart[at] = row.windowStart;
    columns.srcHi[at] = row.srcHi;
    columns.srcLo[at] = row.srcLo;
    columns.dstHi[at] = row.dstHi;
    columns.dstLo[at] = row.dstLo;
    columns.serviceHi[at] = row.serviceHi;
    columns.serviceLo[at] = row.serviceLo;
    columns.traceHi[at] = row.traceHi ?? 0;
    columns.traceLo[at] = row.traceLo ?? 0;
    columns.protocol[at] = row.protocol;
    columns.port[at] = row.port;
    columns.reporter[at] = REPORTERS.indexOf(row.reporter);
    columns.action[at] = ACTIONS.indexOf(row.action);
    columns.evidence[at] = EVIDENCE.indexOf(row.evidence);
    columns.bytesForward[at] = row.bytesForward;
    columns.packetsForward[at] = row.packetsForward;
    columns.bytesReverse[at] = row.bytesReverse;
    columns.packetsReverse[at] = row.packetsReverse;
    columns.started[at] = row.started;
    columns.completed[at] = row.completed;
    columns.firstSeenMs[at] = Math.floor(row.firstSeenMs);
    columns.lastSeenMs[at] = Math.floor(row.lastSeenMs);
    columns.addressSet[at] = this.#setOf(row.addresses ?? []);
  }

  /** The columns and address sets so far; the builder is empty afterwards. */
  take(): { columns: FlowColumns; addressSets: string[][] } {
    const rows = this.#rows;
    const columns = copyRows(this.#columns, allocateColumns(rows), rows);
    const addressSets = this.#lists;
    this.#rows = 0;
    this.#sets = new Map([['', 0]]);
    this.#lists = [[]];
    return { columns, addressSets };
  }

  #grow(): void {
    const larger = allocateColumns(Math.min(LIMITS.batchRows, Math.max(16, this.#columns.rows * 2)));
    this.#columns = copyRows(this.#columns, larger, this.#rows);
  }

  #setOf(addresses: readonly string[]): number {
    const list = [...new Set(addresses)].sort().slice(0, LIMITS.addressesPerSet);
    const key = list.join(' ');
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const index = this.#lists.push(list) - 1;
    this.#sets.set(key, index);
    return index;
  }
}

function copyRows(from: FlowColumns, to: FlowColumns, rows: number): FlowColumns {
  for (const name of COLUMN_NAMES) to[name].set(from[name].subarray(0, rows));
  return to;
}
