import { pipeline } from 'node:stream/promises';
import { joinHash64 } from '@margay/model';
import type { FlowBatch } from '@margay/wire';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/**
 * The reference: PostgreSQL's own bulk load, of the same decoded columns, into a plain table without key, index, tenant or partition, a commit a batch.
 * The bytes are made before the clock starts.
 */
export class PlainCopy {
  readonly #pool: pg.Pool;

  constructor(url: string, connections: number) {
    this.#pool = new pg.Pool({ connectionString: url, max: connections });
  }

  async createTable(): Promise<void> {
    await this.#pool.query(`CREATE TABLE plain_flows (
      window_start integer, src bigint, dst bigint, service bigint, trace bigint, protocol smallint, port integer, reporter smallint,
      action smallint, evidence smallint, bytes_fwd double precision, packets_fwd double precision, bytes_rev double precision,
      packets_rev double precision, started integer, completed integer, first_seen_ms double precision, last_seen_ms double precision, addresses text)`);
  }

  async empty(): Promise<void> {
    await this.#pool.query('TRUNCATE plain_flows');
  }

  /** Loads all; as many at once as there are connections. */
  async load(streams: readonly Buffer[]): Promise<void> {
    const queue = [...streams];
    const work = async () => {
      const client = await this.#pool.connect();
      try {
        for (let bytes = queue.pop(); bytes; bytes = queue.pop())
          await pipeline([bytes], client.query(copyFrom('COPY plain_flows FROM STDIN (FORMAT binary)')));
      } finally {
        client.release();
      }
    };
    await Promise.all(Array.from({ length: this.#pool.options.max }, work));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** A batch as COPY BINARY for that table. */
export function plainStream({ head, columns }: FlowBatch): Buffer {
  const fields: Field[] = [];
  const add = (bytes: number, write: Field['write']) => void fields.push({ bytes, write });
  const id = (his: Uint32Array, los: Uint32Array) =>
    add(8, (out, at, row) => out.write(joinHash64(his[row] ?? 0, los[row] ?? 0), at, 'hex'));
  const double = (column: Float64Array) => add(8, (out, at, row) => out.writeDoubleBE(column[row] ?? 0, at));
  const int = (bytes: 2 | 4, column: Uint32Array | Uint16Array | Uint8Array) =>
    add(bytes, (out, at, row) => out.writeIntBE(column[row] ?? 0, at, bytes));
  int(4, columns.windowStart);
  id(columns.srcHi, columns.srcLo);
  id(columns.dstHi, columns.dstLo);
  id(columns.serviceHi, columns.serviceLo);
  id(columns.traceHi, columns.traceLo);
  int(2, columns.protocol);
  int(4, columns.port);
  for (const column of [columns.reporter, columns.action, columns.evidence]) int(2, column);
  for (const column of [columns.bytesForward, columns.packetsForward, columns.bytesReverse, columns.packetsReverse])
    double(column);
  int(4, columns.started);
  int(4, columns.completed);
  double(columns.firstSeenMs);
  double(columns.lastSeenMs);
  const texts = head.addressSets.map((set) => Buffer.from(set.join(' ')));
  const textOf = (row: number) => texts[columns.addressSet[row] ?? 0] ?? Buffer.alloc(0);

  const parts = [Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex')];
  const fixed = fields.reduce((sum, { bytes }) => sum + 4 + bytes, 2);
  for (let row = 0; row < columns.rows; row++) {
    const text = textOf(row);
    const out = Buffer.alloc(fixed + 4 + text.length);
    let at = out.writeInt16BE(fields.length + 1);
    for (const { bytes, write } of fields) {
      at = out.writeInt32BE(bytes, at);
      write(out, at, row);
      at += bytes;
    }
    text.copy(out, out.writeInt32BE(text.length, at));
    parts.push(out);
  }
  return Buffer.concat([...parts, Buffer.from('ffff', 'hex')]);
}

interface Field {
  readonly bytes: number;
  readonly write: (out: Buffer, at: number, row: number) => void;
}
