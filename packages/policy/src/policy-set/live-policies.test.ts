import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podEnd } from '../engine/ends.ts';
import { governing } from '../engine/governing.ts';
import type { Pod } from '../model/cluster.ts';
import type { PolicyModel } from '../model/policy.ts';
import { parseManifests } from '../parse/parse-manifests.ts';
import { buildPolicySet } from './build-policy-set.ts';
import { createLivePolicies } from './live-policies.ts';

const CALICO = 'projectcalico.org/v3';
const MARGAY = 'policy.margay.dev/v1';
const read = (...objects: readonly unknown[]) =>
  parseManifests([{ file: 'a.json', text: JSON.stringify(objects) }], { mode: 'strict', assumeMissing: true });

const { cluster } = read(
  ...['web', 'db'].map((app) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: app, namespace: 'a', labels: { app } },
    spec: { containers: [] },
  })),
);
const pods = cluster.pods.map((pod) => podEnd(cluster, pod).pod as Pod);

/** Few names, so that staged policies stand for enforced ones, and tiers come and go. */
const policy = fc
  .record({
    apiVersion: fc.constantFrom(CALICO, CALICO, MARGAY),
    staged: fc.boolean(),
    global: fc.boolean(),
    name: fc.constantFrom('p', 'q'),
    tier: fc.constantFrom('default', 'early', 'late'),
    order: fc.constantFrom(1, 2, undefined),
    selector: fc.constantFrom('all()', "app == 'web'"),
    action: fc.constantFrom('Set', 'Delete'),
  })
  .map(({ apiVersion, staged, global, name, tier, order, selector, action }): PolicyModel => {
    const isStaged = staged || apiVersion === MARGAY;
    const kind = global ? 'GlobalNetworkPolicy' : 'NetworkPolicy';
    const rules = action === 'Delete' && isStaged ? {} : { order, selector, ingress: [{ action: 'Allow' }] };
    const { policies, problems } = read({
      apiVersion,
      kind: isStaged ? `Staged${kind}` : kind,
      metadata: { name: `${tier}.${name}`, ...(global ? {} : { namespace: 'a' }) },
      spec: { tier, ...rules, ...(isStaged ? { stagedAction: action } : {}) },
    });
    const [only] = policies.policies;
    if (only === undefined) throw new Error(JSON.stringify(problems));
    return only;
  });

const named = ({ egress, ingress }: ReturnType<typeof governing>) =>
  [egress, ingress].map((tiers) =>
    tiers.map(({ tier, policies }) => [tier.name, tier.order, tier.defaultAction, ...policies]),
  );

describe('live policies', () => {
  it('govern as a set of the same policies does, after any changes', () => {
    const step = fc.record({ policy, gone: fc.boolean() });
    let replaced = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const live = createLivePolicies();
        const known = new Map<string, PolicyModel>();
        for (const { policy: one, gone } of steps) {
          const key = `${one.stagedIn}/${one.kind}/${one.namespace}/${one.name}`;
          if (gone) known.delete(key);
          else known.set(key, one);
          if (gone) live.remove(one);
          else live.upsert(one);
          const set = buildPolicySet([...known.values()], []);
          for (const scope of ['enforced', 'pending'] as const)
            for (const pod of pods)
              expect([scope, named(live.governing(scope, pod))]).toEqual([scope, named(governing(set[scope], pod))]);
          if (set.enforced.length > 0 && [...known.values()].some(({ stagedIn }) => stagedIn === 'margay')) replaced++;
        }
        expect(live.count()).toBe(known.size);
      }),
      { numRuns: 200 },
    );
    expect(replaced).toBeGreaterThan(100);
  });

  it('give the same object as long as nothing concerns the pod', () => {
    const live = createLivePolicies();
    const [web, db] = [cluster.lookup.pod('a', 'web') as Pod, cluster.lookup.pod('a', 'db') as Pod];
    const [own] = read({
      apiVersion: CALICO,
      kind: 'NetworkPolicy',
      metadata: { name: 'only-web', namespace: 'a' },
      spec: { selector: "app == 'web'" },
    }).policies.policies;
    const before = [live.governing('enforced', web), live.governing('enforced', db)];
    live.upsert(own as PolicyModel);
    expect(live.governing('enforced', db)).toBe(before[1]);
    expect(live.governing('enforced', web)).not.toBe(before[0]);
  });
});
