import { buildTopology, type EdgeInput, placeIncrementally, sizeGraph } from '@margay/graph';
import type { Peer } from '@margay/model';
import { expect, it } from 'vitest';
import { escapeXml, graphSvg } from './graph-svg.ts';
import type { Palette } from './node-image.ts';

const hostile = '<img src=x onerror=alert(1)>"&\u0000';
const workload = (name: string): Peer => ({
  kind: 'workload',
  namespace: hostile,
  ownerKind: 'Deployment',
  name,
  labels: {},
  namespaceLabels: {},
  serviceAccount: '',
  ports: [],
});
const edge: EdgeInput = {
  srcKey: 'a',
  src: workload(hostile),
  dstKey: 'b',
  dst: workload('b'),
  protocol: 6,
  port: 80,
  service: null,
  verdict: 'denied',
  connectionsStarted: 1,
  bytesForward: 0,
  bytesReverse: 0,
  firstSeenMs: 0,
  lastSeenMs: 0,
};
const EMPTY = { nodes: [], groups: [], edges: [], parked: [], crowded: [], x: 0, y: 0, width: 0, height: 0 };

it('draws every node and edge, and lets no name become markup', () => {
  const topology = buildTopology({
    edges: [edge],
    workloads: [],
    expanded: new Set([`namespace/${hostile}`]),
    rangeMs: 1_000,
  });
  const layout = placeIncrementally(
    EMPTY,
    sizeGraph(topology, (text) => text.length * 7),
  );
  const svg = graphSvg({ topology, layout }, new Proxy({}, { get: () => '#000' }) as Palette, hostile);
  expect(svg).not.toContain('<img');
  expect(svg).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;');
  expect(svg).not.toContain('\u0000');
  expect(svg.match(/stroke-dasharray="3 3"/g)?.length).toBe(1);
  expect(svg).toContain('<circle r="8"');
  expect(svg).toContain('>b</text>');
});

it('keeps text that is text', () => {
  expect(escapeXml('shop/caf\u00e9 \u{1f600}')).toBe('shop/caf\u00e9 \u{1f600}');
  expect(escapeXml('\ud800x\ufffe')).toBe('x');
});
