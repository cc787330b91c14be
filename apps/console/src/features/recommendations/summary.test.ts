import type { RecommendationSummary } from '@margay/services/inputs';
import { expect, it } from 'vitest';
import { byNamespace, countStates, formatShare, headline, joinYaml, title } from './summary.ts';

const row = (namespace: string, names: string[], state: RecommendationSummary['state']): RecommendationSummary => ({
  id: '',
  key: names.join('+'),
  namespace,
  workloads: names.map((name) => ({ namespace, kind: 'Deployment', name })),
  state,
  refusal: null,
  policyName: null,
  ingressRules: 0,
  egressRules: 0,
  connections: 0,
  computedAt: new Date(0),
  changedAt: new Date(0),
  observedFromMs: 0,
  observedToMs: 0,
  lostFlows: 0,
  coverage: null,
});

it('says the answer first', () => {
  expect(headline({ ready: 2, applied: 0, refused: 1 })).toBe('2 policies are ready to take');
  expect(headline({ ready: 1, applied: 5, refused: 0 })).toBe('1 policy is ready to take');
  expect(headline({ ready: 0, applied: 3, refused: 0 })).toBe('Every workload has its policy');
  expect(headline({ ready: 0, applied: 0, refused: 3 })).toBe('No policy can be recommended yet');
});

it('groups one state by namespace, in order', () => {
  const rows = [
    row('shop', ['web'], 'ready'),
    row('bank', ['b', 'c'], 'ready'),
    row('shop', ['api'], 'ready'),
    row('shop', ['x'], 'refused'),
  ];
  expect(byNamespace(rows, 'ready').map(([namespace, group]) => [namespace, group.map(title)])).toEqual([
    ['bank', ['b and c']],
    ['shop', ['api', 'web']],
  ]);
  expect(countStates(rows)).toEqual({ ready: 3, applied: 0, refused: 1 });
});

it('joins documents with one line between', () => {
  expect(joinYaml(['a: 1\n', 'b: 2'])).toBe('a: 1\n---\nb: 2\n');
});

it('never rounds a share up to all of it', () => {
  expect([1, 0.99999, 0.995, 0.5, 0].map(formatShare)).toEqual(['100 %', '99.9 %', '99.5 %', '50 %', '0 %']);
});
