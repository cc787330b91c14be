import { expect, it } from 'vitest';
import { clusterOf, paths } from './paths.ts';

it('finds the cluster and the page in an address', () => {
  expect(clusterOf(paths.graph('halden', 'c1'))).toEqual({ clusterId: 'c1', page: 'graph' });
  expect(clusterOf(paths.recommendation('halden', 'c1', 'r1'))).toEqual({ clusterId: 'c1', page: 'recommendations' });
  expect(clusterOf(paths.members('halden'))).toBeNull();
  expect(clusterOf('/o/halden/c/c1/elsewhere')).toBeNull();
});
