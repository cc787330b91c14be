import { expect, it } from 'vitest';
import { ownDoubts, sharedDoubts } from './doubts.ts';

const rule = (...reasons: [code: string, level: 'low' | 'medium'][]) => ({
  direction: 'ingress' as const,
  index: 0,
  sentence: '',
  findings: [],
  evidence: {
    ...{
      connections: 1,
      flows: 1,
      bytes: 1,
      firstSeenMs: 0,
      lastSeenMs: 0,
      peers: [],
      ports: [],
      services: [],
      note: null,
    },
    confidence: {
      level: 'low' as const,
      reasons: reasons.map(([code, level]) => ({ code, level, text: `because ${code}` })),
    },
  },
});

it('tells once what is so of every rule, and of each what is its own', () => {
  const rules = [
    rule(['short-window', 'low']),
    rule(['short-window', 'low'], ['seen-once', 'low'], ['silent-replicas', 'medium']),
  ];
  const shared = sharedDoubts(rules);
  expect(shared).toEqual(['because short-window']);
  expect(rules.map((one) => ownDoubts(one, shared))).toMatchObject([
    null,
    { level: 'low', reasons: [{ code: 'seen-once' }, { code: 'silent-replicas' }] },
  ]);
  expect(sharedDoubts([rule(['loss', 'low']), rule()])).toEqual([]);
});

it('leaves the doubts of a single rule with it', () => {
  const only = rule(['period-unconfirmed', 'medium']);
  expect(sharedDoubts([only])).toEqual([]);
  expect(ownDoubts(only, [])?.level).toBe('medium');
  expect(ownDoubts({ ...rule(), evidence: { ...rule().evidence, confidence: null } }, [])).toBeNull();
});
