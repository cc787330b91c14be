import type { EdgeView } from '@margay/services/inputs';
import { expect, it } from 'vitest';
import { explain } from './explain.ts';

const workload = (name: string): EdgeView['src'] => ({
  kind: 'workload',
  namespace: 'shop',
  ownerKind: 'Deployment',
  name,
  labels: {},
  namespaceLabels: {},
  serviceAccount: '',
  ports: [],
});
const EDGE: EdgeView = {
  srcKey: '',
  dstKey: '',
  srcId: '0000000000000001',
  dstId: '0000000000000002',
  src: workload('frontend'),
  dst: workload('cart'),
  protocol: 6,
  port: 7070,
  service: null,
  action: 'allow',
  evidence: 'kernel',
  seenAt: { src: true, dst: true },
  flows: 1,
  bytesForward: 0,
  packetsForward: 0,
  bytesReverse: 0,
  packetsReverse: 0,
  connectionsStarted: 1,
  connectionsCompleted: 1,
  firstSeenMs: 0,
  lastSeenMs: 0,
  verdict: 'allowed',
  decidedBy: [{ kind: 'NetworkPolicy', namespace: 'shop', name: 'cart', direction: 'ingress' }],
};

it('names what decides each end', () => {
  expect(explain(EDGE).rungs).toEqual([
    { tone: 'none', text: 'Leaving frontend: no policy isolates it' },
    { tone: 'allowed', text: 'Entering cart: cart' },
  ]);
});

it('says on what a denial rests', () => {
  const denied = explain({
    ...EDGE,
    verdict: 'denied',
    action: 'deny',
    evidence: 'unanswered',
    dst: { kind: 'external', address: '203.0.113.4' },
    decidedBy: [],
  });
  expect(denied.source).toContain('unanswered');
  expect(denied.rungs[1]?.text).toBe('Entering 203.0.113.4: policies do not apply to it');
  expect(denied.note).toContain('host that is down');
});
