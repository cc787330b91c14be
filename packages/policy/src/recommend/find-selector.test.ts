import { describe, expect, it } from 'vitest';
import { inventoryOf, type WorkloadSpec } from '../../test/fixtures.ts';
import { indexInventory } from '../inventory/cluster-index.ts';
import { formUnits } from './unit.ts';

/** `name: labels` of each pod → the selector of each workload. */
function selectorsOf(workloads: Record<string, Record<string, string> | Record<string, string>[]>) {
  const specs = Object.entries(workloads).map(
    ([name, pods]): WorkloadSpec => ({ name, pods: Array.isArray(pods) ? pods : [pods] }),
  );
  const units = formUnits(indexInventory(inventoryOf(specs)));
  return Object.fromEntries(
    [...units.values()].map((unit) => [unit.workloads.map(({ name }) => name).join('+'), unit.selector]),
  );
}

describe('selectors of workloads', () => {
  it('takes one label that says who they are before any other', () => {
    const labels = { 'a.example.org/team': 'x', app: 'web', 'helm.sh/chart': 'web-1.2.3', version: '7' };
    expect(selectorsOf({ web: labels })).toEqual({ web: { matchLabels: { app: 'web' } } });
    expect(selectorsOf({ web: { ...labels, 'app.kubernetes.io/name': 'web' } })).toEqual({
      web: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
    });
  });

  it('adds labels until the others are out, fewest first', () => {
    const chart = { 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/instance': 'a' };
    expect(
      selectorsOf({
        master: { ...chart, 'app.kubernetes.io/component': 'master' },
        replica: { ...chart, 'app.kubernetes.io/component': 'replica' },
        other: { ...chart, 'app.kubernetes.io/instance': 'b', 'app.kubernetes.io/component': 'master' },
      }),
    ).toEqual({
      master: { matchLabels: { 'app.kubernetes.io/component': 'master', 'app.kubernetes.io/instance': 'a' } },
      replica: { matchLabels: { 'app.kubernetes.io/component': 'replica' } },
      other: { matchLabels: { 'app.kubernetes.io/instance': 'b' } },
    });
  });

  it('names a release only where nothing else tells workloads apart', () => {
    expect(selectorsOf({ old: { app: 'web', version: '1' }, young: { app: 'web', version: '2' } })).toEqual({
      old: { matchLabels: { app: 'web', version: '1' } },
      young: { matchLabels: { app: 'web', version: '2' } },
    });
  });

  it('says what strangers have and its own pods lack', () => {
    expect(
      selectorsOf({ web: { app: 'web' }, one: { app: 'web', track: 'a' }, two: { app: 'web', track: 'b' } }).web,
    ).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'track', operator: 'DoesNotExist' }],
    });
    expect(
      selectorsOf({ web: [{ app: 'web' }, { app: 'web', track: 'x' }], one: { app: 'web', track: 'a' } }).web,
    ).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'track', operator: 'NotIn', values: ['a'] }],
    });
  });

  it('takes several values where its own pods differ', () => {
    expect(
      selectorsOf({
        web: [
          { app: 'web', zone: 'b' },
          { app: 'web', zone: 'a' },
        ],
        far: { app: 'web', zone: 'c' },
      }).web,
    ).toEqual({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] });
  });

  it('puts together what no selector separates, also when it shows only after putting together', () => {
    const merged = selectorsOf({ a: { app: 'x' }, b: { app: 'x' }, c: { app: 'y' } });
    expect(merged).toEqual({ 'a+b': { matchLabels: { app: 'x' } }, c: { matchLabels: { app: 'y' } } });
    const cascade = selectorsOf({
      a: [
        { k: '1', j: '2' },
        { k: '2', j: '1' },
      ],
      b: { k: '1', j: '1' },
      c: { k: '2', j: '2' },
    });
    expect(Object.keys(cascade)).toEqual(['a+b+c']);
  });

  it('finds its way among thousands of workloads that share most labels', () => {
    const many = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, place) => [
        `w${place}`,
        {
          app: 'web',
          part: `p${place % 50}`,
          shard: `s${place % 40}`,
          id: `i${Math.floor(place / 200)}`,
          'part-of': 'all',
        },
      ]),
    );
    const startMs = performance.now();
    const selectors = selectorsOf(many);
    console.log(`2,000 workloads: ${Math.round(performance.now() - startMs)} ms`);
    expect(selectors.w0).toEqual({ matchLabels: { id: 'i0', part: 'p0', shard: 's0' } });
  });
});
