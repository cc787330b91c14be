import { buildTopology, type EdgeInput } from '@margay/graph';
import { expect, it } from 'vitest';
import { edgeIdOf, endsOf } from './edge-id.ts';

it('goes there and back, whatever the names', () => {
  for (const [source, target] of [
    ['a', 'b'],
    ['a>b', 'c>1:d>'],
    ['', 'x'],
  ] as const)
    expect(endsOf(edgeIdOf(source, target))).toEqual({ source, target });
  for (const bad of ['', 'x', '3:ab', '9:a>b']) expect(endsOf(bad)).toBeNull();
});

it('is what the graph calls its edges', () => {
  const peer = (address: string) => ({ kind: 'external', address }) as const;
  const edge: EdgeInput = {
    srcKey: 'external/1.1.1.1',
    src: peer('1.1.1.1'),
    dstKey: 'external/2.2.2.2',
    dst: peer('2.2.2.2'),
    protocol: 6,
    port: 80,
    service: null,
    verdict: 'none',
    connectionsStarted: 1,
    bytesForward: 0,
    bytesReverse: 0,
    firstSeenMs: 0,
    lastSeenMs: 0,
  };
  const topology = buildTopology({
    edges: [edge],
    workloads: [],
    expanded: new Set(['callers', 'outside']),
    rangeMs: 1000,
  });
  expect(topology.edges.map(({ id }) => id)).toEqual([edgeIdOf(edge.srcKey, edge.dstKey)]);
});
