import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { type Peer, peerId, splitHash64 } from '@margay/model';
import { encodeBatch, type FlowBatch, FlowColumnsBuilder } from '@margay/wire';

/** One 5 s window of a busy node: a hundred pods with eighty flows each. */
export const ROWS_PER_BATCH = 8_000;
const PEERS_PER_AGENT = 1_500;
const NEW_PEERS_SHARE = 0.01;
const ADDRESS_SETS = 300;

/** A batch as it goes over the wire, and as it is held before. */
export interface PreparedBatch {
  readonly body: Buffer;
  readonly batch: FlowBatch;
}

/** A small generator of numbers, so that each run measures the same traffic (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A standing relation: seen in every window. */
interface Edge {
  src: KnownPeer;
  readonly dst: KnownPeer;
  readonly port: number;
  readonly protocol: number;
  readonly reporter: 'src' | 'dst';
  readonly action: 'allow' | 'deny';
  readonly addresses: readonly string[];
}

interface KnownPeer {
  readonly id: string;
  readonly peer: Peer;
  readonly hi: number;
  readonly lo: number;
}

/** What one node's agent sends: window after window the same edges with other counts, between peers of which one in a hundred is new each time. */
export class AgentTraffic {
  readonly #random: () => number;
  readonly #node: string;
  readonly #peers: KnownPeer[] = [];
  readonly #edges: Edge[] = [];
  #made = 0;
  #sequence = 0;

  constructor(agent: number) {
    this.#random = seeded(agent + 1);
    this.#node = `worker-${agent}`;
    for (let i = 0; i < PEERS_PER_AGENT; i++) this.#peers.push(this.#newPeer());
    for (let i = 0; i < ROWS_PER_BATCH; i++) this.#edges.push(this.#newEdge());
  }

  /** Definitions of all peers, no rows: sent before the clock starts, as an agent that has run for a while has done. */
  introduction(): PreparedBatch {
    return this.#prepare(new FlowColumnsBuilder(1), this.#peers);
  }

  next(nowMs: number): PreparedBatch {
    const fresh: KnownPeer[] = [];
    for (let i = 0; i < PEERS_PER_AGENT * NEW_PEERS_SHARE; i++) {
      const peer = this.#newPeer();
      this.#peers[this.#below(PEERS_PER_AGENT)] = peer;
      const edge = this.#edges[this.#below(ROWS_PER_BATCH)];
      if (edge) edge.src = peer;
      fresh.push(peer);
    }
    const builder = new FlowColumnsBuilder(ROWS_PER_BATCH);
    for (const edge of this.#edges) builder.push(this.#row(edge, nowMs));
    return this.#prepare(builder, fresh);
  }

  #newEdge(): Edge {
    return {
      src: this.#pick(),
      dst: this.#pick(),
      port: [443, 8080, 53, 5432, 6379, 9090][this.#below(6)] ?? 80,
      protocol: this.#random() < 0.9 ? 6 : 17,
      reporter: this.#random() < 0.5 ? 'src' : 'dst',
      action: this.#random() < 0.98 ? 'allow' : 'deny',
      addresses:
        this.#random() < 0.5 ? [] : [`10.0.${this.#below(ADDRESS_SETS) >> 8}.${this.#below(ADDRESS_SETS) & 255}`],
    };
  }

  #row({ src, dst, ...edge }: Edge, nowMs: number) {
    const windowStart = Math.floor(nowMs / 5_000) * 5 - 5;
    const firstSeenMs = windowStart * 1000 + this.#below(4_000);
    const packets = 1 + Math.floor(this.#random() ** 3 * 5_000);
    return {
      ...edge,
      windowStart,
      srcHi: src.hi,
      srcLo: src.lo,
      dstHi: dst.hi,
      dstLo: dst.lo,
      serviceHi: 0,
      serviceLo: 0,
      evidence: 'kernel',
      bytesForward: packets * (60 + this.#below(400)),
      packetsForward: packets,
      bytesReverse: packets * (60 + this.#below(1_300)),
      packetsReverse: packets,
      started: this.#below(20),
      completed: this.#below(20),
      firstSeenMs,
      lastSeenMs: firstSeenMs + this.#below(1_000),
    } as const;
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #pick(): KnownPeer {
    const peer = this.#peers[this.#below(PEERS_PER_AGENT)];
    if (!peer) throw new Error('an agent has peers');
    return peer;
  }

  #newPeer(): KnownPeer {
    const name = `service-${this.#made % 400}`;
    const peer: Peer = {
      kind: 'workload',
      namespace: `team-${this.#made % 30}`,
      ownerKind: 'Deployment',
      name,
      labels: { app: name, 'app.kubernetes.io/part-of': 'shop', version: `${this.#node}-${this.#made}` },
      namespaceLabels: { 'kubernetes.io/metadata.name': `team-${this.#made % 30}` },
      serviceAccount: 'default',
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    };
    this.#made++;
    const id = peerId(peer);
    return { id, peer, ...splitHash64(id) };
  }

  #prepare(builder: FlowColumnsBuilder, peers: readonly KnownPeer[]): PreparedBatch {
    const { columns, addressSets } = builder.take();
    const batch: FlowBatch = {
      head: {
        version: 1,
        id: randomUUID(),
        node: this.#node,
        boot: 'bench',
        sequence: this.#sequence++,
        sentAtMs: Date.now(),
        rows: columns.rows,
        peers: peers.map(({ id, peer }) => ({ id, peer })),
        losses: [],
        addressSets,
      },
      columns,
    };
    return { batch, body: zstdCompressSync(encodeBatch(batch)) };
  }
}
