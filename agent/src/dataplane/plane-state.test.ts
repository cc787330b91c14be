import type { DataPlaneTables, EndpointTable } from '@margay/policy';
import { expect, it } from 'vitest';
import { endpointKey, planeState } from './plane-state.ts';

const endpointOf = (name: string, family: 4 | 6): EndpointTable => ({
  namespace: 'n',
  name,
  address: { family, first: 7n, last: 7n },
  egress: 'e',
  ingress: 'i',
});

it('has an entry for each address of a pod, and leaves out pods whose interface is not known yet', () => {
  const endpoints = [endpointOf('a', 4), endpointOf('a', 6), endpointOf('late', 4)];
  const tables: DataPlaneTables = { addressSets: new Map(), policySets: new Map(), endpoints };
  const state = planeState(tables, ({ name }) => (name === 'late' ? null : `veth-${name}`));
  expect([...state.endpoints.values()].map(({ hostInterface, address }) => [hostInterface, address.family])).toEqual([
    ['veth-a', 4],
    ['veth-a', 6],
  ]);
  for (const [key, endpoint] of state.endpoints) expect(endpointKey(endpoint)).toBe(key);
});
