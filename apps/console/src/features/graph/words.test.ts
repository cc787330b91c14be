import type { TopologyEdge } from '@margay/graph';
import { expect, it } from 'vitest';
import { coverageWords, edgeSentence, groupWords } from './words.ts';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
const EDGE: TopologyEdge = {
  id: 'e',
  source: 'a',
  target: 'b',
  verdict: 'none',
  counts: { allowed: 0, denied: 0, none: 4 },
  pairs: 1,
  ports: ['TCP 80', 'TCP 81', 'TCP 82', 'TCP 83'],
  portCount: 4,
  connections: 48,
  bytes: 0,
  connectionsPerSecond: 0.8,
  firstSeenMs: 0,
  lastSeenMs: 0,
  isNew: false,
  inLens: true,
};

it('says an edge as one would', () => {
  expect(plain(edgeSentence(EDGE, (id) => ({ a: 'summary', b: 'currencyservice' })[id] ?? id, 60))).toBe(
    'summary to currencyservice, TCP 80, TCP 81, TCP 82 and 1 more ports, 0.8/s, no policy decides',
  );
});

it('says how policies cover', () => {
  expect(coverageWords({ ingress: 1, egress: 0, of: 1 })).toBe('policies cover ingress only');
  expect(coverageWords({ ingress: 0, egress: 0, of: 0 })).toBe('policies do not apply to it');
  expect(plain(groupWords({ kind: 'namespace', members: 12, coverage: { ingress: 9, egress: 3, of: 12 } }))).toBe(
    '12 workloads, 50 % covered',
  );
  expect(groupWords({ kind: 'namespace', members: 4, coverage: { ingress: 0, egress: 0, of: 4 } })).toBe(
    '4 workloads, no policy',
  );
  expect(groupWords({ kind: 'outside', members: 1, coverage: { ingress: 0, egress: 0, of: 0 } })).toBe('1 address');
});
