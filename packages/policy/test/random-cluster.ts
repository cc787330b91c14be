import type { Inventory, MergedEdge, Peer } from '@margay/model';
import fc from 'fast-check';
import {
  cidr,
  edgeOf,
  external,
  inventoryOf,
  node,
  serviceOf,
  servicePeer,
  unknown,
  type WorkloadSpec,
  workloadPeer,
} from './fixtures.ts';

/** Few keys and values, so that label sets overlap as often as they differ. */
const labels = fc.dictionary(fc.constantFrom('app', 'track', 'version', 'x'), fc.constantFrom('1', '2', '3'), {
  maxKeys: 4,
});

const workload = fc.record({
  namespace: fc.constantFrom('blue', 'green'),
  kind: fc.constantFrom('Deployment', 'StatefulSet'),
  name: fc.constantFrom('api', 'web', 'db', 'job'),
  pods: fc.oneof(
    labels.map((set) => [set]),
    fc
      .tuple(labels, fc.constantFrom('track', 'version'), fc.constantFrom('1', '2'))
      .map(([set, key, value]) => [set, { ...set, [key]: value }]),
  ),
  hostNetwork: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
  ports: fc.constantFrom([], [{ name: 'http', protocol: 'TCP' as const, port: 8080 }]),
});

const workloads = fc.uniqueArray(workload, {
  minLength: 2,
  maxLength: 7,
  selector: ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`,
});

const GONE: WorkloadSpec = { namespace: 'blue', name: 'gone', labels: { app: '1' } };

/** Ends of edges by number: workloads of the cluster first, then what is not one. */
const OTHER_PEERS: readonly Peer[] = [
  external('203.0.113.7'),
  external('198.51.100.9'),
  external('2001:db8:ffff::7'),
  cidr('198.51.100.0/24'),
  node('worker-1'),
  node('worker-2'),
  unknown('10.244.9.9'),
  workloadPeer(GONE),
];
const SERVICES: readonly Peer[] = [
  servicePeer('blue', 'front'),
  servicePeer('green', 'dns'),
  servicePeer('green', 'none'),
];

export interface RandomCase {
  readonly inventory: Inventory;
  readonly edges: readonly MergedEdge[];
}

export const randomCase: fc.Arbitrary<RandomCase> = workloads.chain((specs) => {
  const peers = [...specs.map(workloadPeer), ...OTHER_PEERS];
  const port = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('TCP 8080', 'TCP 443', 'UDP 53', 'TCP 53', 'SCTP 3868', 'TCP 80') },
    { weight: 1, arbitrary: fc.constantFrom('ICMP 2048', 'GRE 0', 'TCP 0') },
  );
  const workloadEnd = fc.constantFrom(...specs.map(workloadPeer));
  const anyEnd = fc.oneof({ weight: 3, arbitrary: workloadEnd }, { weight: 2, arbitrary: fc.constantFrom(...peers) });
  const edge = fc
    .record({
      src: anyEnd,
      dst: fc.oneof({ weight: 4, arbitrary: anyEnd }, { weight: 1, arbitrary: fc.constantFrom(...SERVICES) }),
      port,
      action: fc.constantFrom('allow', 'allow', 'allow', 'allow', 'deny' as const),
      connectionsStarted: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ src, dst, port, action, connectionsStarted }) =>
      edgeOf(src, dst, port, { action, connectionsStarted } as Partial<MergedEdge>),
    );
  return fc
    .record({ edges: fc.array(edge, { maxLength: 14 }), target: fc.constantFrom<(number | string)[]>(8080, 'http') })
    .map(({ edges, target }) => ({ edges, inventory: withServices(specs, target as number | string) }));
});

function withServices(specs: readonly WorkloadSpec[], target: number | string): Inventory {
  return inventoryOf(specs, {
    services: [
      serviceOf('blue', 'front', [['TCP', 80, target]], { app: '1' }),
      serviceOf(
        'green',
        'dns',
        [
          ['UDP', 53, 53],
          ['TCP', 53, 53],
        ],
        { app: '2' },
      ),
    ],
  });
}
