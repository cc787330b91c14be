import type { RecommendationDetail } from '@margay/services/inputs';
import { expect, it } from 'vitest';
import { shortName, sidesOf } from './sides.ts';

const rule = (
  direction: 'ingress' | 'egress',
  index: number,
  peers: string[],
): RecommendationDetail['rules'][number] => ({
  direction,
  index,
  sentence: '',
  evidence: {
    connections: 1,
    flows: 1,
    bytes: 1,
    firstSeenMs: 0,
    lastSeenMs: 0,
    peers,
    ports: [],
    services: [],
    note: null,
    confidence: null,
  },
  findings: [],
});

it('names each peer once, without its namespace', () => {
  expect(
    sidesOf([
      rule('ingress', 0, ['shop/frontend']),
      rule('ingress', 1, ['shop/frontend', 'node worker-1']),
      rule('egress', 0, ['203.0.113.7', '10.0.0.0/8']),
    ]),
  ).toEqual({
    left: ['frontend', 'node worker-1'],
    right: ['203.0.113.7', '10.0.0.0/8'],
  });
});

it('counts what does not fit', () => {
  const many = Array.from({ length: 9 }, (_, index) => `shop/s${index}`);
  expect(sidesOf([rule('egress', 0, many)]).right).toEqual(['s0', 's1', 's2', 's3', 's4', '4 more']);
});

it('cuts long names in the middle', () => {
  expect(shortName('recommendationservice-canary', 20)).toBe('recommendations…nary');
  expect(shortName('cart', 20)).toBe('cart');
});
