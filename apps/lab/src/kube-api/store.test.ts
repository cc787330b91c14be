import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/objects.ts';
import { findResource } from './resources.ts';
import { type Change, ObjectStore } from './store.ts';
import { eventFor } from './watch.ts';

const configMaps = findResource('', 'v1', 'configmaps')!;
const object = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', labels },
  data,
});

describe('ObjectStore', () => {
  it('tells what happened after a revision, then what happens', () => {
    const store = new ObjectStore();
    store.put(configMaps, object('a'));
    const from = store.revision;
    store.put(configMaps, object('b'));
    const seen: string[] = [];
    const unfollow = store.follow(configMaps, from, ({ type, object: { metadata } }) =>
      seen.push(`${type} ${metadata.name}`),
    );
    store.put(configMaps, object('b', { x: '1' }));
    store.remove(configMaps, 'n/a');
    unfollow();
    store.put(configMaps, object('c'));
    expect(seen).toEqual(['ADDED b', 'MODIFIED b', 'DELETED a']);
  });

  it('keeps the revision when a write changes nothing', () => {
    const store = new ObjectStore();
    const first = store.put(configMaps, object('a', { x: '1' }));
    expect(store.put(configMaps, object('a', { x: '1' })).metadata.resourceVersion).toBe(
      first.metadata.resourceVersion,
    );
  });

  it('says that a revision is too old when its log no longer reaches back', () => {
    const store = new ObjectStore(3);
    const from = store.revision;
    for (const name of ['a', 'b', 'c']) store.put(configMaps, object(name));
    expect(() => store.follow(configMaps, from, () => {})).not.toThrow();
    store.put(configMaps, object('d'));
    expect(() => store.follow(configMaps, from, () => {})).toThrow(/too old/);
    expect(() => store.follow(configMaps, from + 1, () => {})).not.toThrow();
  });
});

describe('eventFor', () => {
  const matches = (candidate: KubeObject) => candidate.metadata.labels?.in === 'yes';
  const change = (type: Change['type'], previous: KubeObject | undefined, now: KubeObject): Change => ({
    revision: 1,
    type,
    object: now,
    previous,
  });
  const outside = object('a');
  const inside = object('a', {}, { in: 'yes' });

  it.each([
    ['enters', change('MODIFIED', outside, inside), 'ADDED'],
    ['stays', change('MODIFIED', inside, inside), 'MODIFIED'],
    ['leaves', change('MODIFIED', inside, outside), 'DELETED'],
    ['is deleted inside', change('DELETED', inside, inside), 'DELETED'],
    ['is deleted outside', change('DELETED', outside, outside), undefined],
    ['changes outside', change('MODIFIED', outside, outside), undefined],
  ])('an object that %s', (_what, given, expected) => {
    expect(eventFor({ namespace: 'n', matches }, given)?.type).toBe(expected);
    expect(eventFor({ namespace: 'other', matches }, given)).toBeUndefined();
  });
});
