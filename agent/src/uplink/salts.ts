import { createHash } from 'node:crypto';
import { type Hash64, peerId, splitHash64 } from '@margay/model';
import { type BatchHead, COLUMN_TYPES, type FlowBatch, type FlowColumns } from '@margay/wire';

type Definition = BatchHead['peers'][number];

/** No two peers of a cluster collide this often: a console that says so is broken, and must not keep a batch for ever. */
const SALT_MAX = 8;

/**
 * Peers whose id stands for another peer in this cluster, each with the salt it has now. Batches are spooled under unsalted ids, and are split when they are sent:
 * part 0, under the batch's own id, holds the rows that name no such peer, part n those whose highest salt is n. A row that was refused because it named a collided id
 * thus goes again under another batch id, and each part is counted once however often it is sent. Not kept on disk: a console that gets the definition again says so again.
 */
export class Salts {
  readonly #salts = new Map<Hash64, number>();

  /** @param resalt what the console said to `definitions`, as sent. @returns whether any of it changed an id. */
  raise(definitions: readonly Definition[], resalt: readonly Hash64[]): boolean {
    let raised = false;
    for (const { id, peer, salt = 0 } of definitions) {
      if (salt >= SALT_MAX || !resalt.includes(id)) continue;
      this.#salts.set(peerId(peer), salt + 1);
      raised = true;
    }
    return raised;
  }

  /** The batch as it is to be sent: itself where it names no such peer. Part 0 is always there, for the losses it carries. */
  partsOf(batch: FlowBatch): FlowBatch[] {
    const { head, columns } = batch;
    if (!head.peers.some(({ id }) => this.#salts.has(id))) return [batch];
    const salted = head.peers.map((definition) => this.#salted(definition));
    const changes = new Map(head.peers.map(({ id }, at) => [id, salted[at] ?? { id }]));
    const saltOf = saltsOfRows(columns, changes);
    const part = (nth: number): FlowBatch => {
      const rows = rowsOf(columns, saltOf, nth);
      if (nth > 0) rename(rows, changes);
      const peers = nth > 0 ? salted : salted.filter(({ salt = 0 }) => salt === 0);
      const own = nth > 0 ? { id: partId(head.id, nth), losses: [] } : {};
      return { head: { ...head, ...own, peers, rows: rows.rows }, columns: rows };
    };
    const later = [...new Set(saltOf)].filter((salt) => salt > 0).sort((a, b) => a - b);
    return [0, ...later].map(part);
  }

  #salted(definition: Definition): Definition {
    const salt = this.#salts.get(definition.id);
    return salt === undefined ? definition : { id: peerId(definition.peer, salt), peer: definition.peer, salt };
  }
}

const ENDS = [
  ['srcHi', 'srcLo'],
  ['dstHi', 'dstLo'],
  ['serviceHi', 'serviceLo'],
] as const;

type Changes = ReadonlyMap<Hash64, { readonly id: Hash64; readonly salt?: number | undefined }>;

/** Of each row the highest salt of the ids that it names. */
function saltsOfRows(columns: FlowColumns, changes: Changes): Uint8Array {
  const salts = new Uint8Array(columns.rows);
  for (const [id, { salt = 0 }] of changes)
    if (salt > 0)
      eachNaming(columns, id, (row) => {
        salts[row] = Math.max(salts[row] ?? 0, salt);
      });
  return salts;
}

function rename(columns: FlowColumns, changes: Changes): void {
  for (const [from, { id, salt = 0 }] of changes) {
    if (salt === 0) continue;
    const { hi, lo } = splitHash64(id);
    eachNaming(columns, from, (row, [his, los]) => {
      columns[his][row] = hi;
      columns[los][row] = lo;
    });
  }
}

function eachNaming(columns: FlowColumns, id: Hash64, visit: (row: number, end: (typeof ENDS)[number]) => void): void {
  const { hi, lo } = splitHash64(id);
  for (const end of ENDS)
    for (let row = 0; row < columns.rows; row++)
      if (columns[end[0]][row] === hi && columns[end[1]][row] === lo) visit(row, end);
}

function rowsOf(columns: FlowColumns, saltOf: Uint8Array, nth: number): FlowColumns {
  const pick = <T extends { filter(keep: (value: number, row: number) => boolean): T }>(column: T): T =>
    column.filter((_, row) => saltOf[row] === nth);
  const names = Object.keys(COLUMN_TYPES) as (keyof typeof COLUMN_TYPES)[];
  const picked = Object.fromEntries(names.map((name) => [name, pick<Uint32Array>(columns[name] as Uint32Array)]));
  return { ...picked, rows: saltOf.filter((salt) => salt === nth).length } as unknown as FlowColumns;
}

/** The same part of the same batch always has the same id (version 8, RFC 9562, as the batch's own). */
function partId(batchId: string, nth: number): string {
  const hex = createHash('sha256').update(`${batchId} re-salted ${nth}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
