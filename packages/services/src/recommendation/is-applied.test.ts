import { describe, expect, it } from 'vitest';
import { isApplied } from './is-applied.ts';

const spec = {
  podSelector: { matchLabels: { b: '1', a: '2' } },
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
  egress: [],
};
const policy = { metadata: { name: 'web', namespace: 'shop' }, spec };
const live = (changed: object, more: object = {}) => [
  {
    namespace: 'shop',
    name: 'web',
    uid: 'u',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    spec: { ...spec, ...changed },
    ...more,
  },
];

describe('isApplied', () => {
  it('sees through what the API server changes: order of keys, defaults, empty lists', () => {
    const readBack = {
      ingress: [{ ports: [{ protocol: 'TCP', port: 80 }], from: [{ podSelector: {} }] }],
      podSelector: { matchLabels: { a: '2', b: '1' } },
      egress: undefined,
    };
    expect(isApplied({ namespace: 'shop', policy }, live(readBack))).toBe(true);
  });

  it.each([
    ['another port', live({ ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 81 }] }] })],
    ['another protocol', live({ ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80, protocol: 'UDP' }] }] })],
    ['a rule more', live({ egress: [{}] })],
    ['another name', live({}, { name: 'other' })],
    ['another namespace', live({}, { namespace: 'bank' })],
    ['nothing', []],
  ])('%s is not it', (_, policies) => {
    expect(isApplied({ namespace: 'shop', policy }, policies)).toBe(false);
    expect(isApplied({ namespace: 'shop', policy: null }, policies)).toBe(false);
  });
});
