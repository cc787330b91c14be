import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DecisionKind,
  type LifecycleInput,
  lifecycle,
  type Standing,
  standingAfter,
  USER_DECISIONS,
} from './lifecycle.ts';

const settings = { learningMs: 1_000, stabilisingMs: 500 };
const at = (nowMs: number, more: Partial<LifecycleInput> = {}) =>
  lifecycle({ firstTrafficMs: 100, changedMs: 200, nowMs, settings, decisions: [], ...more });
const brief = (nowMs: number, more: Partial<LifecycleInput> = {}) => {
  const { phase, since, until, standing } = at(nowMs, more);
  return [phase, since, until, standing];
};
const decided = (...decisions: [kind: DecisionKind, atMs: number][]) => ({
  decisions: decisions.map(([kind, atMs]) => ({ kind, atMs })),
});

describe('the way of a recommendation', () => {
  it.each([
    ['before any traffic', 50, {}, ['learning', null, null, 'open']],
    ['without traffic', 5_000, { firstTrafficMs: null, changedMs: null }, ['learning', null, null, 'open']],
    ['at the first traffic', 100, {}, ['learning', 100, 1_100, 'open']],
    ['just before it learnt', 1_099, {}, ['learning', 100, 1_100, 'open']],
    ['when it learnt', 1_100, {}, ['stabilising', 1_100, 1_600, 'open']],
    ['changed while it learns', 1_050, { changedMs: 1_040 }, ['learning', 100, 1_100, 'open']],
    ['just before it is ready', 1_599, {}, ['stabilising', 1_100, 1_600, 'open']],
    ['ready', 1_600, {}, ['ready', 1_600, null, 'open']],
    ['changed while it stabilises', 1_600, { changedMs: 1_400 }, ['stabilising', 1_400, 1_900, 'open']],
    ['changed once ready', 9_000, { changedMs: 8_900 }, ['stabilising', 8_900, 9_400, 'open']],
    ['quiet again', 9_400, { changedMs: 8_900 }, ['ready', 9_400, null, 'open']],
    ['never changed', 1_600, { changedMs: null }, ['ready', 1_600, null, 'open']],
    ['changed by a clock that is ahead', 1_700, { changedMs: 99_999 }, ['stabilising', 1_700, 2_200, 'open']],
  ] as const)('%s', (_, nowMs, more, expected) => {
    expect(brief(nowMs, more)).toEqual(expected);
  });

  it.each([
    ['added while it learns stays so', 9_000, decided(['add', 500]), ['learning', 100, null, 'added']],
    ['added when ready stays ready', 9_000, decided(['add', 2_000]), ['ready', 1_600, null, 'added']],
    ['dismissed', 9_000, decided(['dismiss', 1_200]), ['stabilising', 1_100, null, 'dismissed']],
    ['a decision to come is none', 400, decided(['add', 500]), ['learning', 100, 1_100, 'open']],
    [
      'reactivated goes on',
      1_200,
      decided(['dismiss', 200], ['reactivate', 300]),
      ['stabilising', 1_100, 1_600, 'open'],
    ],
    ['relearnt begins anew', 6_000, decided(['add', 2_000], ['relearn', 5_500]), ['learning', 5_500, 6_500, 'open']],
    ['relearnt is ready anew', 7_000, decided(['relearn', 5_500]), ['ready', 7_000, null, 'open']],
    [
      'relearnt, then dismissed',
      8_000,
      decided(['relearn', 5_500], ['dismiss', 5_600]),
      ['learning', 5_500, null, 'dismissed'],
    ],
  ] as const)('%s', (_, nowMs, more, expected) => {
    expect(brief(nowMs, more)).toEqual(expected);
  });

  it('a change after it was added moves nothing', () => {
    expect(brief(9_000, { ...decided(['add', 2_000]), changedMs: 1_000 })[0]).toBe('ready');
    expect(brief(9_000, { ...decided(['add', 2_000]), changedMs: 5_000 })).toEqual(['ready', 1_600, null, 'added']);
  });

  it('says from when on traffic counts', () => {
    expect(at(9_000).learnFromMs).toBeNull();
    expect(at(9_000, decided(['relearn', 5_500], ['add', 6_000])).learnFromMs).toBe(5_500);
  });

  it('says why in words', () => {
    expect(at(50).why).toBe('No traffic was seen yet.');
    expect(at(500).why).toBe('Learns until 1970-01-01T00:00:01Z, from the first traffic on.');
    expect(at(9_000, { changedMs: 8_900 }).why).toBe(
      'It changed 1970-01-01T00:00:08Z; ready 1970-01-01T00:00:09Z unless it changes again.',
    );
    expect(at(9_000, decided(['dismiss', 3_000])).why).toMatch(/^Dismissed 1970-01-01T00:00:03Z: no longer refined/);
  });
});

describe('decisions', () => {
  const TABLE: Record<Standing, Record<DecisionKind, Standing | null>> = {
    open: { add: 'added', dismiss: 'dismissed', reactivate: null, relearn: 'open' },
    added: { add: null, dismiss: 'dismissed', reactivate: 'open', relearn: 'open' },
    dismissed: { add: null, dismiss: null, reactivate: 'open', relearn: 'open' },
  };
  it.each(
    (Object.keys(TABLE) as Standing[]).flatMap((standing) => USER_DECISIONS.map((kind) => [standing, kind] as const)),
  )('%s, %s', (standing, kind) => {
    expect(standingAfter(standing, kind)).toBe(TABLE[standing][kind]);
    const way = { open: [], added: [['add', 300]], dismissed: [['dismiss', 300]] } as const;
    const decisions = decided(...(way[standing] as readonly [DecisionKind, number][]), [kind, 400]);
    expect(at(500, decisions).standing).toBe(TABLE[standing][kind] ?? standing);
  });

  it('does not depend on the order they come in, and time only moves an open one on', () => {
    const decision = fc.record({ kind: fc.constantFrom(...USER_DECISIONS), atMs: fc.integer({ min: 0, max: 20 }) });
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 8 }), fc.integer({ min: 0, max: 5_000 }), (decisions, nowMs) => {
        const now = at(nowMs, { decisions });
        expect(at(nowMs, { decisions: [...decisions].reverse() })).toEqual(now);
        if (nowMs < 20) return;
        const order = ['learning', 'stabilising', 'ready'];
        const later = at(nowMs + 700, { decisions });
        expect(order.indexOf(later.phase)).toBeGreaterThanOrEqual(order.indexOf(now.phase));
        if (now.until !== null) expect(at(now.until, { decisions }).phase).not.toBe(now.phase);
      }),
      { numRuns: 500 },
    );
  });
});
