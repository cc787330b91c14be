import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeOf, external, inventoryOf, unknown, workloadPeer } from '../../test/fixtures.ts';
import { randomCase } from '../../test/random-cluster.ts';
import { cart, front, runFor } from '../../test/run-recommend.ts';
import { diffRecommendations } from './diff-recommendations.ts';
import { recommend } from './recommend.ts';
import type { Recommendation } from './types.ts';

const api = { name: 'api' };
const inventory = inventoryOf([front, cart, api]);
const edge = (to: string, port: string) =>
  edgeOf(workloadPeer(front), to.includes('.') ? external(to) : workloadPeer({ name: to }), port);
const run = (edges: readonly [to: string, port: string][], where = inventory) =>
  runFor(
    'frontend',
    where,
    edges.map(([to, port]) => edge(to, port)),
  );

describe('what changed in a recommendation', () => {
  const before = run([
    ['cart', 'TCP 7070'],
    ['203.0.113.7', 'TCP 443'],
    ['203.0.113.8', 'TCP 443'],
  ]);

  it('is nothing where only times and counts are others', () => {
    const again = run([
      ['203.0.113.8', 'TCP 443'],
      ['cart', 'TCP 7070'],
      ['203.0.113.7', 'TCP 443'],
      ['cart', 'TCP 7070'],
    ]);
    expect(diffRecommendations(before, again)).toEqual({
      isSame: true,
      added: [],
      removed: [],
      changed: [],
      words: [],
    });
  });

  it('is rules that came, went, and became others', () => {
    const after = run([
      ['cart', 'TCP 7071'],
      ['cart', 'TCP 7070'],
      ['203.0.113.8', 'TCP 443'],
      ['203.0.113.9', 'TCP 443'],
      ['api', 'TCP 80'],
    ]);
    const { words, added, changed } = diffRecommendations(before, after);
    expect(words).toEqual([
      'Outgoing, new: Allow api on TCP 80',
      'Outgoing, changed: Allow cart on TCP 7070 and TCP 7071: also TCP 7071',
      'Outgoing, changed: Allow 203.0.113.8 and 203.0.113.9 on TCP 443: also 203.0.113.9/32; no longer 203.0.113.7/32',
    ]);
    expect(added).toEqual([{ direction: 'egress', sentence: 'Allow api on TCP 80' }]);
    expect(changed[0]).toMatchObject({
      before: 'Allow cart on TCP 7070',
      after: 'Allow cart on TCP 7070 and TCP 7071',
    });
    expect(diffRecommendations(after, before).words[0]).toBe('Outgoing, gone: Allow api on TCP 80');
  });

  it('names the port that a range grew by', () => {
    const ports = (...numbers: number[]) => run(numbers.map((number) => ['cart', `TCP ${number}`]));
    expect(diffRecommendations(ports(1, 2, 3), ports(1, 2, 3, 4)).words).toEqual([
      'Outgoing, changed: Allow cart on TCP 1 to 4: also TCP 4',
    ]);
    expect(diffRecommendations(ports(1, 2, 3), ports(1, 3)).words[0]).toContain('no longer TCP 2');
  });

  it('names labels that became others, its own and a peer’s', () => {
    const relabelled = inventoryOf([{ ...front, labels: { app: 'f' } }, { ...cart, labels: { app: 'c' } }, api]);
    const edges: [string, string][] = [['cart', 'TCP 7070']];
    expect(diffRecommendations(run(edges), run(edges, relabelled)).words).toEqual([
      'It selects its pods by other labels.',
      'Outgoing, changed: Allow cart on TCP 7070: it is selected by other labels',
    ]);
  });

  it('tells a policy from none', () => {
    const none = run([]);
    expect(diffRecommendations(none, none).isSame).toBe(true);
    expect(diffRecommendations(none, before).words).toEqual([
      'There is a policy now.',
      'Outgoing, new: Allow cart on TCP 7070',
      'Outgoing, new: Allow 203.0.113.7 and 203.0.113.8 on TCP 443',
    ]);
    expect(diffRecommendations(before, none).words[0]).toBe('There is no policy any more: no traffic seen');
    const other = runFor('frontend', inventory, [edgeOf(workloadPeer(front), unknown('10.9.9.9'), 'TCP 1')]);
    expect(diffRecommendations(none, other).words).toEqual([
      'There is no policy for another reason: no traffic seen that a policy can be learnt from',
    ]);
  });
});

describe('on random clusters', () => {
  /** Every pair of ends has a second port, so that losing one changes a rule. */
  const pair = randomCase.chain(({ inventory: where, edges }) => {
    const all = [...edges, ...edges.map((one) => ({ ...one, port: 9_000 }))];
    return fc.tuple(fc.subarray(all), fc.boolean()).map(([some, isAll]) => [
      { inventory: where, edges: all },
      { inventory: where, edges: isAll ? [...all].reverse() : some },
    ]);
  });
  const runs = (example: Pick<Parameters<typeof recommend>[0], 'edges' | 'inventory'>) =>
    recommend({ ...example, fromMs: 0, toMs: 1, lostFlows: 0 });
  const law = (diff: typeof diffRecommendations) =>
    fc.property(pair, ([one, other]) => {
      if (one === undefined || other === undefined) return;
      const after = runs(other);
      for (const [place, before] of runs(one).entries()) {
        const then = after[place];
        if (then === undefined) throw new Error('another list of workloads');
        const found = diff(before, then);
        expect(found.isSame).toBe(before.fingerprint === then.fingerprint);
        if (before.policy === null || then.policy === null) continue;
        const told = new Set([
          ...found.added.map(textOf),
          ...found.changed.map(({ direction, after: text }) => `${direction} ${text}`),
        ]);
        for (const rule of then.rules)
          expect(told.has(textOf(rule))).toBe(!textsOf(before).has(ruleText(then, rule.direction, rule.index)));
      }
    });
  const textOf = ({ direction, sentence }: { direction: string; sentence: string }) => `${direction} ${sentence}`;
  const ruleText = ({ policy }: Recommendation, direction: 'ingress' | 'egress', index: number) =>
    `${direction} ${JSON.stringify(policy?.spec[direction]?.[index])}`;
  const textsOf = (one: Recommendation) =>
    new Set(one.rules.map(({ direction, index }) => ruleText(one, direction, index)));

  it('tells every rule that is not as before, and no other', () => {
    fc.assert(law(diffRecommendations), { numRuns: 200 });
    const blind: typeof diffRecommendations = (before, after) => ({
      ...diffRecommendations(before, after),
      changed: [],
    });
    expect(fc.check(law(blind), { numRuns: 200 }).failed).toBe(true);
  });
});
