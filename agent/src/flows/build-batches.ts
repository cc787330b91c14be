import { type Hash64, NO_ID, type Peer, splitHash64 } from '@margay/model';
import { type FlowBatch, FlowColumnsBuilder, type Loss, WIRE_VERSION } from '@margay/wire';
import type { FlowRow } from '../calc/flow-row.ts';

/** Well inside the wire's bounds (rows, peers, bytes before and after compression), whatever names a cluster has. */
const ROWS_MAX = 6_000;
const PEER_CHARACTERS_MAX = 1 << 20;

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
  let part = new BatchPart();
  const finish = () => {
    batches.push(part.batch(content, batches.length));
    part = new BatchPart();
  };
  for (const row of content.rows) {
    part.add(row, content.peers);
    if (part.isFull) finish();
  }
  if (part.rows > 0 || (batches.length === 0 && content.losses.length > 0)) finish();
  return batches;
}

class BatchPart {
  readonly #columns = new FlowColumnsBuilder();
  readonly #peers = new Map<Hash64, Peer>();
  #characters = 0;

  get rows(): number {
    return this.#columns.rows;
  }

  get isFull(): boolean {
    return this.rows >= ROWS_MAX || this.#characters >= PEER_CHARACTERS_MAX;
  }

  add(row: FlowRow, peers: ReadonlyMap<Hash64, Peer>): void {
    for (const id of [row.src, row.dst, row.service]) {
      const peer = peers.get(id);
      if (!peer || id === NO_ID || this.#peers.has(id)) continue;
      this.#peers.set(id, peer);
      this.#characters += JSON.stringify(peer).length;
    }
    const [src, dst, service] = [splitHash64(row.src), splitHash64(row.dst), splitHash64(row.service)];
    this.#columns.push({
      ...row,
      srcHi: src.hi,
      srcLo: src.lo,
      dstHi: dst.hi,
      dstLo: dst.lo,
      serviceHi: service.hi,
      serviceLo: service.lo,
    });
  }

  batch(content: BatchContent, part: number): FlowBatch {
    const { columns, addressSets } = this.#columns.take();
    const head = {
      version: WIRE_VERSION,
      id: content.idOf(part),
      node: content.node,
      boot: content.boot,
      sequence: content.sequence + part,
      sentAtMs: 0,
      rows: columns.rows,
      peers: [...this.#peers].map(([id, peer]) => ({ id, peer })),
      losses: part === 0 ? [...content.losses] : [],
      addressSets,
    } as const;
    return { head, columns };
  }
}
