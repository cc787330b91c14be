import { type Hash64, NO_ID, type Peer, splitHash64 } from '@margay/model';
import { type FlowBatch, FlowColumnsBuilder, LIMITS, type Loss, WIRE_VERSION } from '@margay/wire';
import type { FlowRow } from '../calc/flow-row.ts';

/** A batch names three peers a row at most; below this many rows no bound of the wire can be met, whatever the rows. */
const ROWS_MAX = Math.floor(LIMITS.batchPeers / 3);

export interface BatchContent {
  readonly node: string;
  readonly boot: string;
  readonly rows: readonly FlowRow[];
  readonly peers: ReadonlyMap<Hash64, Peer>;
  readonly losses: readonly Loss[];
  /** Of the first batch; each further one counts on. */
  readonly sequence: number;
  readonly idOf: (part: number) => string;
}

/**
 * Rows as batches that keep the wire's bounds, each with the definitions of all peers it names. Losses travel with the first.
 * `sentAtMs` is left 0 for the sender.
 *
 * @returns no batch when there is nothing to say.
 */
export function buildBatches(content: BatchContent): FlowBatch[] {
  const batches: FlowBatch[] = [];
  for (let start = 0; start < content.rows.length; start += ROWS_MAX) {
    batches.push(buildBatch(content, content.rows.slice(start, start + ROWS_MAX), batches.length));
  }
  if (batches.length === 0 && content.losses.length > 0) batches.push(buildBatch(content, [], 0));
  return batches;
}

function buildBatch(content: BatchContent, rows: readonly FlowRow[], part: number): FlowBatch {
  const builder = new FlowColumnsBuilder(Math.max(16, rows.length));
  const named = new Map<Hash64, Peer>();
  for (const row of rows) {
    push(builder, row);
    for (const id of [row.src, row.dst, row.service]) {
      const peer = content.peers.get(id);
      if (peer && id !== NO_ID) named.set(id, peer);
    }
  }
  const { columns, addressSets } = builder.take();
  const head = {
    version: WIRE_VERSION,
    id: content.idOf(part),
    node: content.node,
    boot: content.boot,
    sequence: content.sequence + part,
    sentAtMs: 0,
    rows: rows.length,
    peers: [...named].map(([id, peer]) => ({ id, peer })),
    losses: part === 0 ? [...content.losses] : [],
    addressSets,
  } as const;
  return { head, columns };
}

function push(builder: FlowColumnsBuilder, row: FlowRow): void {
  const [src, dst, service] = [splitHash64(row.src), splitHash64(row.dst), splitHash64(row.service)];
  builder.push({
    ...row,
    srcHi: src.hi,
    srcLo: src.lo,
    dstHi: dst.hi,
    dstLo: dst.lo,
    serviceHi: service.hi,
    serviceLo: service.lo,
  });
}
