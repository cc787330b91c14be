import { type Hash64, NO_ID, type Peer, peerId, WINDOW_SECONDS } from '@margay/model';
import { workloadPeer } from '@margay/testkit';
import type { FlowRow } from '../../agent/src/calc/flow-row.ts';
import { randomStream } from '../../apps/lab/src/topology/rename.ts';

/** What decides a window's rows: the same gives the same, in whichever process. */
export interface WindowSpec {
  readonly seed: number;
  readonly node: string;
  readonly epoch: number;
  /** When its traffic was, epoch ms. */
  readonly atMs: number;
  readonly rows: number;
}

export interface WindowTraffic {
  readonly rows: readonly FlowRow[];
  readonly peers: ReadonlyMap<Hash64, Peer>;
}

const CLIENTS = 8;
const SERVERS = 6;

/** Connections of one node's clients to shared servers. Each edge belongs to one node, whose clients bear its name: nothing is merged of two reporters. */
export function trafficOf({ seed, node, epoch, atMs, rows }: WindowSpec): WindowTraffic {
  const random = randomStream(seed + epoch * 7_919 + [...node].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7));
  const upTo = (n: number) => Math.floor(random() * n);
  const peers = new Map<Hash64, Peer>();
  const name = (peer: Peer) => {
    const id = peerId(peer);
    peers.set(id, peer);
    return id;
  };
  const made = Array.from({ length: rows }, (): FlowRow => {
    const started = 1 + upTo(4);
    return {
      windowStart: Math.floor(atMs / 1_000 / WINDOW_SECONDS) * WINDOW_SECONDS,
      src: name(workloadPeer('shop', `${node}-client-${upTo(CLIENTS)}`)),
      dst: name(workloadPeer('data', `server-${upTo(SERVERS)}`)),
      service: NO_ID,
      protocol: 6,
      port: 8_080,
      reporter: 'src',
      action: 'allow',
      evidence: 'kernel',
      bytesForward: 60 + upTo(1 << 20),
      packetsForward: 1 + upTo(700),
      bytesReverse: 40 + upTo(1 << 24),
      packetsReverse: 1 + upTo(9_000),
      started,
      completed: upTo(started + 1),
      firstSeenMs: atMs,
      lastSeenMs: atMs,
      addresses: [],
    };
  });
  return { rows: made, peers };
}
