import { type Peer, peerId, splitHash64 } from '@margay/model';
import { type FlowBatch, FlowColumnsBuilder, type FlowRowInput, type Loss } from '../src/index.ts';

const labels = { app: 'shop' };
export const PEERS = {
  frontend: workload('shop', 'frontend'),
  cart: workload('shop', 'cart'),
  cartService: { kind: 'service', namespace: 'shop', name: 'cart' },
  outside: { kind: 'external', address: '203.0.113.7' },
  node: { kind: 'node', name: 'worker-1' },
} as const satisfies Record<string, Peer>;

function workload(namespace: string, name: string): Peer {
  return {
    kind: 'workload',
    namespace,
    ownerKind: 'Deployment',
    name,
    labels: { ...labels, 'app.kubernetes.io/name': name },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    serviceAccount: 'default',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}

export interface SampleRow extends Partial<Omit<FlowRowInput, 'srcHi' | 'srcLo' | 'dstHi' | 'dstLo'>> {
  readonly src: Peer;
  readonly dst: Peer;
  readonly service?: Peer;
}

/** A whole batch from short rows; what is not given is a plain TCP 8080 connection at 1,700,000,000 s. */
export function sampleBatch(rows: readonly SampleRow[], losses: readonly Loss[] = []): FlowBatch {
  const builder = new FlowColumnsBuilder(1);
  const peers = new Map<string, Peer>();
  const idOf = (peer: Peer) => {
    const id = peerId(peer);
    peers.set(id, peer);
    return splitHash64(id);
  };
  for (const { src, dst, service, ...rest } of rows) {
    const [s, d] = [idOf(src), idOf(dst)];
    const v = service ? idOf(service) : { hi: 0, lo: 0 };
    builder.push({
      windowStart: 1_700_000_000,
      protocol: 6,
      port: 8080,
      reporter: 'src',
      action: 'allow',
      evidence: 'kernel',
      bytesForward: 412,
      packetsForward: 6,
      bytesReverse: 1830,
      packetsReverse: 5,
      started: 1,
      completed: 1,
      firstSeenMs: 1_700_000_000_250,
      lastSeenMs: 1_700_000_003_999,
      ...rest,
      srcHi: s.hi,
      srcLo: s.lo,
      dstHi: d.hi,
      dstLo: d.lo,
      serviceHi: v.hi,
      serviceLo: v.lo,
    });
  }
  const { columns, addressSets } = builder.take();
  return {
    head: {
      version: 1,
      id: '0190a6f0-5b5e-7c3a-8d6e-0123456789ab',
      node: 'worker-1',
      boot: '6f9e6a1c-boot',
      sequence: 7,
      sentAtMs: 1_700_000_005_100,
      rows: columns.rows,
      peers: [...peers].map(([id, peer]) => ({ id, peer })),
      losses: [...losses],
      addressSets,
    },
    columns,
  };
}

/** The samples that stand in `golden/`: written by release 0.1.0 and readable for ever. */
export const GOLDEN: Readonly<Record<string, FlowBatch>> = {
  empty: sampleBatch([]),
  flows: sampleBatch(
    [
      { src: PEERS.frontend, dst: PEERS.cart, service: PEERS.cartService, addresses: ['10.1.0.7', 'fd00::7'] },
      { src: PEERS.cart, dst: PEERS.outside, port: 443, reporter: 'src', bytesForward: 2 ** 40, addresses: [] },
      { src: PEERS.node, dst: PEERS.cart, reporter: 'dst', action: 'deny', evidence: 'unanswered', completed: 0 },
      { src: PEERS.frontend, dst: PEERS.cart, protocol: 1, port: 8 << 8, addresses: ['fd00::7', '10.1.0.7'] },
    ],
    [{ kind: 'kernel-map-full', count: 3, sinceMs: 1_700_000_000_000, untilMs: 1_700_000_005_000 }],
  ),
};
