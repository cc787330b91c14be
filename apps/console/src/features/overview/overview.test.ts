import type { EdgeView, WorkloadView } from '@margay/services/inputs';
import { describe, expect, it } from 'vitest';
import { figuresOf, topTalkers } from './figures.ts';
import { type Agent, insightsOf } from './insights.ts';

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
const edge = (
  src: string,
  dst: string,
  port: number,
  verdict: EdgeView['verdict'],
  connectionsStarted: number,
): EdgeView => ({
  srcKey: src,
  dstKey: dst,
  srcId: '0000000000000001',
  dstId: '0000000000000002',
  src: workload(src),
  dst: workload(dst),
  protocol: 6,
  port,
  service: null,
  action: verdict === 'denied' ? 'deny' : 'allow',
  evidence: verdict === 'denied' ? 'unanswered' : 'kernel',
  seenAt: { src: true, dst: true },
  flows: 1,
  bytesForward: 10,
  packetsForward: 1,
  bytesReverse: 0,
  packetsReverse: 0,
  connectionsStarted,
  connectionsCompleted: 0,
  firstSeenMs: 0,
  lastSeenMs: 0,
  verdict,
  decidedBy: [],
});
const view = (
  namespace: string,
  name: string,
  ingress: string[],
  egress: string[],
  hostNetwork = false,
): WorkloadView => ({
  key: name,
  namespace,
  kind: 'Deployment',
  name,
  pods: 1,
  podNames: [],
  hostNetwork,
  ingressPolicies: ingress,
  egressPolicies: egress,
});
const agent = (node: string, alive: boolean, failed = 0): Agent => ({
  node,
  role: 'node',
  agentVersion: '',
  kernel: '',
  dataplane: '',
  lastSeenAt: new Date(0),
  alive,
  taps: { active: 1, halfBlind: 0, failed, problems: [] },
  spoolBytes: 0,
  rssBytes: 0,
});
const CALM = { edges: [], workloads: [], agents: [], recommendations: [], losses: [] };

describe('figures', () => {
  it('adds up', () => {
    const edges = [edge('a', 'b', 80, 'allowed', 6), edge('a', 'b', 81, 'none', 3), edge('a', 'c', 80, 'denied', 1)];
    expect(
      figuresOf(edges, [
        view('shop', 'a', ['p'], ['p']),
        view('shop', 'b', ['p'], []),
        view('kube', 'h', [], [], true),
      ]),
    ).toEqual({ connections: 10, decided: 7, denied: 1, bytes: 30, covered: 1, coverable: 2 });
    expect(topTalkers(edges, 1).map(({ bytes, connections, ports }) => [bytes, connections, ports])).toEqual([
      [20, 9, 2],
    ]);
  });
});

describe('what needs a person', () => {
  it('is nothing when all is calm', () => expect(insightsOf(CALM)).toEqual([]));
  it('is what is denied first, and says how much more there is', () => {
    const edges = [1, 2, 3, 4, 5].map((port) => edge('a', `b${port}`, port, 'denied', port));
    const found = insightsOf({ ...CALM, edges, workloads: [view('shop', 'a', [], [])] });
    expect(found.map((insight) => insight.title)).toEqual([
      'a does not get through to b5',
      'a does not get through to b4',
      'a does not get through to b3',
      '2 more denied edges',
      'shop has no policy',
    ]);
    expect(found[0]?.detail).toContain('none answered');
  });
  it('is agents that fell silent or do not see, and flows that were lost', () => {
    const found = insightsOf({
      ...CALM,
      agents: [agent('w1', false), agent('w2', true, 2)],
      losses: [{ node: 'w3', kind: 'spool-full', count: 7 }],
    });
    expect(found.map((insight) => insight.title)).toEqual([
      '1 agent stopped calling',
      'w2 does not see 2 pods in full',
      'w3 lost 7 flows',
    ]);
  });
  it('is namespaces without a policy, a few by name', () => {
    const found = insightsOf({
      ...CALM,
      workloads: ['a', 'b', 'c', 'd', 'e'].map((namespace) => view(namespace, 'x', [], [])),
    });
    expect(found.map((insight) => insight.title)).toEqual([
      'a has no policy',
      'b has no policy',
      '3 more namespaces have no policy',
    ]);
  });
});
