import type { EdgeInput } from '@margay/graph';
import type { Peer } from '@margay/model';
import { expect, it } from 'vitest';
import { busiest, chosenWorkload, focusOn } from './focus.ts';

const workload = (name: string): Peer => ({
  kind: 'workload',
  namespace: 'shop',
  ownerKind: 'Deployment',
  name,
  labels: {},
  namespaceLabels: {},
  serviceAccount: '',
  ports: [],
});
const edge = (src: string, dst: string, connectionsStarted: number, verdict: EdgeInput['verdict'] = 'none') =>
  ({ srcKey: src, src: workload(src), dstKey: dst, dst: workload(dst), connectionsStarted, verdict }) as EdgeInput;

it('keeps one hop', () => {
  const near = focusOn(
    [edge('a', 'b', 1), edge('b', 'c', 1), edge('c', 'd', 1)],
    [{ key: 'a' }, { key: 'd' }, { key: 'b' }] as never[],
    'b',
  );
  expect(near.edges.map(({ srcKey, dstKey }) => `${srcKey}>${dstKey}`)).toEqual(['a>b', 'b>c']);
  expect(near.workloads).toEqual([{ key: 'a' }, { key: 'b' }]);
});

it('starts with a denial, else with the most talk', () => {
  expect(busiest([edge('a', 'b', 5), edge('b', 'c', 9)])).toBe('b');
  expect(busiest([edge('a', 'b', 500), edge('x', 'y', 1, 'denied')])).toBe('x');
  expect(busiest([])).toBeNull();
});

it('keeps to what the address has chosen', () => {
  expect(chosenWorkload({ node: 'workload/a/b/c', edge: null })).toBe('workload/a/b/c');
  expect(chosenWorkload({ node: null, edge: '14:workload/a/b/c>external/1.1.1.1' })).toBe('workload/a/b/c');
  expect(chosenWorkload({ node: 'namespace/a', edge: null })).toBeNull();
});
