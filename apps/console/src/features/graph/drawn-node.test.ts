import { buildTopology, type EdgeInput } from '@margay/graph';
import type { Peer } from '@margay/model';
import { expect, it } from 'vitest';
import { drawnNodes } from './drawn-node.ts';

const workload = (namespace: string, name: string): Peer => ({
  kind: 'workload',
  namespace,
  ownerKind: 'Deployment',
  name,
  labels: {},
  namespaceLabels: {},
  serviceAccount: '',
  ports: [],
});
const edge = (srcKey: string, src: Peer, dstKey: string, dst: Peer) =>
  ({
    srcKey,
    src,
    dstKey,
    dst,
    protocol: 6,
    port: 80,
    service: null,
    verdict: 'none',
    connectionsStarted: 1,
    bytesForward: 0,
    bytesReverse: 0,
    firstSeenMs: 0,
    lastSeenMs: 0,
  }) as EdgeInput;
const web = workload('shop', 'web');
const EDGES = [
  edge('external/1.1.1.1', { kind: 'external', address: '1.1.1.1' }, 'workload/shop/Deployment/web', web),
  edge('workload/shop/Deployment/web', web, 'external/2.2.2.2', { kind: 'external', address: '2.2.2.2' }),
  edge('node/worker', { kind: 'node', name: 'worker' }, 'workload/shop/Deployment/web', web),
  edge('workload/shop/Deployment/web', web, 'unknown/10.0.0.9', { kind: 'unknown', address: '10.0.0.9' }),
];
const KEYS = [
  'external/1.1.1.1',
  'workload/shop/Deployment/web',
  'external/2.2.2.2',
  'node/worker',
  'unknown/10.0.0.9',
];

it('agrees with the graph on every kind of group', () => {
  const collapsed = buildTopology({ edges: EDGES, workloads: [], expanded: new Set(), rangeMs: 1_000 });
  const nodeOf = drawnNodes(collapsed, EDGES);
  expect(KEYS.map(nodeOf)).toEqual(['callers', 'namespace/shop', 'outside', 'nodes', 'unknown']);
  // Every node that is drawn is reached by some peer: no group is named otherwise here than there.
  expect(new Set(KEYS.map(nodeOf))).toEqual(new Set(collapsed.nodes.map(({ id }) => id)));
  const open = buildTopology({
    edges: EDGES,
    workloads: [],
    expanded: new Set(collapsed.nodes.map(({ id }) => id)),
    rangeMs: 1_000,
  });
  expect(KEYS.map(drawnNodes(open, EDGES))).toEqual(KEYS);
});

it('knows a workload without traffic by its key', () => {
  const topology = buildTopology({ edges: EDGES, workloads: [], expanded: new Set(), rangeMs: 1_000 });
  expect(drawnNodes(topology, EDGES)('workload/shop/Deployment/idle')).toBe('namespace/shop');
  expect(drawnNodes(topology, EDGES)('workload/bank/Deployment/idle')).toBeNull();
});
