import type { Peer } from '@margay/model';
// Not by its door, which opens databases.
import { type FlowFact, flowBatch, workloadPeer } from '../../testkit/src/flow-batch.ts';
import type { FlowBatch, Loss } from '../src/index.ts';

export const PEERS = {
  frontend: workload('shop', 'frontend'),
  cart: workload('shop', 'cart'),
  cartService: { kind: 'service', namespace: 'shop', name: 'cart' },
  outside: { kind: 'external', address: '203.0.113.7' },
  node: { kind: 'node', name: 'worker-1' },
} as const satisfies Record<string, Peer>;

function workload(namespace: string, name: string): Peer {
  const peer = workloadPeer(namespace, name, { app: 'shop', 'app.kubernetes.io/name': name });
  return { ...peer, ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] } as Peer;
}

export type SampleRow = Omit<FlowFact, 'atMs'>;

/** A whole batch from short rows; what is not given is a plain TCP 8080 connection at 1,700,000,000 s. */
export function sampleBatch(rows: readonly SampleRow[], losses: readonly Loss[] = []): FlowBatch {
  const seen = { atMs: 1_700_000_000_250, lastSeenMs: 1_700_000_003_999, bytesForward: 412, bytesReverse: 1830 };
  return flowBatch(
    rows.map((row) => ({ ...seen, ...row })),
    {
      id: '0190a6f0-5b5e-7c3a-8d6e-0123456789ab',
      node: 'worker-1',
      boot: '6f9e6a1c-boot',
      sequence: 7,
      sentAtMs: 1_700_000_005_100,
      losses,
    },
  );
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
