import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomManifests } from '../../test/random-manifests.ts';
import type { Tier } from '../model/policy.ts';
import { parseManifests } from '../parse/parse-manifests.ts';

type Manifest = Readonly<Record<string, unknown>>;
const CALICO = 'projectcalico.org/v3';
const tier = (name: string, spec: object = {}): Manifest => ({
  apiVersion: CALICO,
  kind: 'Tier',
  metadata: { name },
  spec,
});
const np = (name: string, spec: object = {}, namespace = 'a'): Manifest => ({
  apiVersion: CALICO,
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec,
});
const gnp = (name: string, spec: object = {}): Manifest => ({
  ...np(name, spec),
  kind: 'GlobalNetworkPolicy',
  metadata: { name },
});
const knp = (name: string, spec: object = { podSelector: {} }): Manifest => ({
  ...np(name, spec),
  apiVersion: 'networking.k8s.io/v1',
});
const cnp = (name: string, priority: number, level = 'Admin'): Manifest => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier: level, priority, subject: { namespaces: {} } },
});
const anp = (name: string, priority: number): Manifest => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha1',
  kind: 'AdminNetworkPolicy',
  metadata: { name },
  spec: { priority, subject: { namespaces: {} } },
});
const banp: Manifest = {
  ...anp('default', 0),
  kind: 'BaselineAdminNetworkPolicy',
  spec: { subject: { namespaces: {} } },
};
const staged = (one: Manifest, action: string, apiVersion = CALICO): Manifest => {
  const isKubernetes = one.apiVersion === 'networking.k8s.io/v1';
  const spec = action === 'Delete' ? {} : (one.spec as object);
  const kind = isKubernetes ? 'StagedKubernetesNetworkPolicy' : `Staged${String(one.kind)}`;
  return { ...one, apiVersion, kind, spec: { ...spec, stagedAction: action } };
};
const margay = (one: Manifest, action: string) => staged(one, action, 'policy.margay.dev/v1');

function setOf(...objects: readonly Manifest[]) {
  const { policies, problems } = parseManifests([{ file: 'a.json', text: JSON.stringify(objects) }], {
    mode: 'strict',
    assumeMissing: false,
  });
  expect(problems.filter(({ severity }) => severity !== 'warning')).toEqual([]);
  return policies;
}
const shown = (tiers: readonly Tier[]) =>
  tiers.flatMap(({ name, policies }) => policies.map((policy) => `${name}: ${policy.kind} ${policy.name}`));
const names = (tiers: readonly Tier[]) => tiers.flatMap(({ policies }) => policies.map(({ name }) => name));

describe('tiers', () => {
  it('stand by order, then by name; the fixed ones are where the API holds them', () => {
    const set = setOf(
      tier('last', { order: 20_000_000 }),
      tier('b', { order: 5 }),
      tier('a', { order: 5 }),
      tier('early', { order: -1.5 }),
      gnp('l', { tier: 'last' }),
      gnp('b1', { tier: 'b' }),
      gnp('a1', { tier: 'a' }),
      gnp('e', { tier: 'early' }),
      knp('k'),
      cnp('c', 1),
      cnp('base', 1, 'Baseline'),
      anp('n', 1),
      banp,
    );
    expect(set.enforced.map(({ name }) => name)).toEqual([
      'early',
      'a',
      'b',
      'adminnetworkpolicy',
      'kube-admin',
      'default',
      'baselineadminnetworkpolicy',
      'kube-baseline',
      'last',
    ]);
    const actions = set.enforced.map(({ name, defaultAction }) => `${name} ${defaultAction}`);
    expect(actions).toContain('kube-admin pass');
    expect(actions).toContain('default deny');
    expect(actions).toContain('a deny');
    expect(set.pending).toBe(set.enforced);
  });

  it('without order stand beside default, by name', () => {
    const set = setOf(
      tier('app'),
      tier('ta', { defaultAction: 'Pass' }),
      gnp('x', { tier: 'app' }),
      gnp('y', { tier: 'ta' }),
      knp('k'),
    );
    expect(set.enforced.map(({ name }) => name)).toEqual(['app', 'default', 'ta']);
  });

  it('that nobody wrote stand last, and that is told', () => {
    const objects = [gnp('x', { tier: 'ghost' }), tier('z', { order: 1e12 }), gnp('y', { tier: 'z' })];
    const parsed = parseManifests([{ file: 'a', text: JSON.stringify(objects) }], {
      mode: 'strict',
      assumeMissing: false,
    });
    expect(parsed.policies.enforced.map(({ name }) => name)).toEqual(['z', 'ghost']);
    expect(parsed.problems).toMatchObject([{ path: 'spec.tier', severity: 'warning' }]);
  });
});

describe('policies of a tier', () => {
  it('stand by order, absent last', () => {
    const set = setOf(np('none'), np('late', { order: 1001 }), knp('thousand'), np('early', { order: -5.5 }));
    expect(names(set.enforced)).toEqual(['early', 'thousand', 'late', 'none']);
  });

  it('of one order stand by the bytes of name/namespace/kind', () => {
    const same = { order: 1000 };
    const set = setOf(
      np('p0', same),
      np('p', same),
      knp('p'),
      gnp('p', same),
      np('p.a', same),
      np('p-a', same),
      staged(np('p', same), 'Set'),
    );
    expect(shown(set.pending)).toEqual([
      'default: NetworkPolicy p-a',
      'default: NetworkPolicy p.a',
      'default: GlobalNetworkPolicy p',
      'default: KubernetesNetworkPolicy p',
      'default: NetworkPolicy p',
      'default: StagedNetworkPolicy p',
      'default: NetworkPolicy p0',
    ]);
  });

  it('mix ClusterNetworkPolicies with Calico’s, priority against order', () => {
    const set = setOf(
      cnp('c10', 10),
      gnp('g5', { tier: 'kube-admin', order: 5 }),
      gnp('g20', { tier: 'kube-admin', order: 20 }),
    );
    expect(names(set.enforced)).toEqual(['g5', 'c10', 'g20']);
  });
});

describe('staged policies', () => {
  it('of Calico are one more policy each: Set, Learn and Ignore count, Delete does nothing', () => {
    const set = setOf(
      np('p'),
      staged(np('p'), 'Delete'),
      staged(np('q'), 'Set'),
      staged(np('r'), 'Learn'),
      staged(np('s'), 'Ignore'),
    );
    expect(names(set.enforced)).toEqual(['p']);
    expect(names(set.pending)).toEqual(['p', 'q', 'r', 's']);
    expect(set.policies.length).toBe(5);
    const nothing = setOf(np('p'), staged(np('p'), 'Delete'));
    expect(nothing.pending).toBe(nothing.enforced);
  });

  it('alone in a tier leave it out of what is enforced', () => {
    const set = setOf(tier('t', { order: 1 }), staged(gnp('p', { tier: 't' }), 'Set'), knp('k'));
    expect(set.enforced.map(({ name }) => name)).toEqual(['default']);
    expect(set.pending.map(({ name }) => name)).toEqual(['t', 'default']);
  });

  it('of Margay stand in for the policy of their name, in its place of the order', () => {
    const set = setOf(
      np('p', { order: 10 }),
      margay(np('p', { order: 10, ingress: [{ action: 'Allow' }] }), 'Set'),
      np('pa', { order: 10 }),
      gnp('p', { order: 10 }),
    );
    expect(shown(set.enforced)).toEqual([
      'default: GlobalNetworkPolicy p',
      'default: NetworkPolicy p',
      'default: NetworkPolicy pa',
    ]);
    expect(shown(set.pending)).toEqual([
      'default: GlobalNetworkPolicy p',
      'default: StagedNetworkPolicy p',
      'default: NetworkPolicy pa',
    ]);
  });

  it('of Margay take away the policy of their name: of its kind and namespace only', () => {
    const set = setOf(
      np('p'),
      np('p', {}, 'b'),
      gnp('p'),
      knp('p'),
      knp('q'),
      margay(np('p'), 'Delete'),
      margay(knp('q'), 'Delete'),
    );
    expect(shown(set.pending)).toEqual([
      'default: KubernetesNetworkPolicy p',
      'default: GlobalNetworkPolicy p',
      'default: NetworkPolicy p',
    ]);
    expect(set.pending[0]?.policies.at(-1)?.namespace).toBe('b');
    expect(set.enforced.flatMap(({ policies }) => policies).length).toBe(5);
  });

  it('of Margay may be new, or move to another tier', () => {
    const set = setOf(
      tier('t', { order: 1 }),
      np('p'),
      margay(np('p', { tier: 't' }), 'Set'),
      margay(knp('new'), 'Set'),
    );
    expect(shown(set.pending)).toEqual(['t: StagedNetworkPolicy p', 'default: StagedKubernetesNetworkPolicy new']);
  });
});

describe('the order of documents', () => {
  it('does not matter', () => {
    const shuffled = randomManifests().chain((objects) =>
      fc.tuple(fc.constant(objects), fc.shuffledSubarray([...objects], { minLength: objects.length })),
    );
    const known = (objects: readonly Manifest[]) => {
      const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
      const { policies, cluster } = parseManifests([{ file: 'a.yaml', text }], { mode: 'strict', assumeMissing: true });
      return {
        enforced: shown(policies.enforced),
        pending: shown(policies.pending),
        pods: cluster.pods.map(({ namespace, name, workload }) => [namespace, name, workload.kind, workload.name]),
        sets: cluster.networkSets.map(({ namespace, name }) => [namespace, name]),
      };
    };
    fc.assert(
      fc.property(shuffled, ([objects, others]) => {
        expect(known(others)).toEqual(known(objects));
      }),
      { numRuns: 150 },
    );
  });
});
