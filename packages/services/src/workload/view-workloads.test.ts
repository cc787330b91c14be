import type { Inventory, InventoryPod } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { viewWorkloads } from './view-workloads.ts';

const pod = (name: string, changes: Partial<InventoryPod> = {}): InventoryPod => ({
  namespace: 'shop',
  name,
  uid: name,
  labels: { app: 'cart' },
  ownerKind: 'Deployment',
  ownerName: 'cart',
  node: 'n1',
  hostNetwork: false,
  phase: 'Running',
  addresses: [],
  serviceAccount: 'default',
  ports: [],
  ...changes,
});
const policy = (name: string, spec: unknown, namespace = 'shop') => ({
  namespace,
  name,
  uid: name,
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  spec,
});
const deployment = (name: string, labels: Record<string, string>) => ({
  namespace: 'shop',
  kind: 'Deployment',
  name,
  labels,
  replicas: 1,
});
const view = (parts: Partial<Inventory>) =>
  viewWorkloads({
    namespaces: [],
    workloads: [],
    pods: [],
    services: [],
    endpointSlices: [],
    nodes: [],
    policies: [],
    ...parts,
  });

describe('viewWorkloads', () => {
  it('puts pods to their owners, those of a ReplicaSet to its Deployment', () => {
    const labels = { app: 'cart', 'pod-template-hash': '6f7' };
    const views = view({
      workloads: [deployment('cart', { app: 'cart' })],
      pods: [
        pod('a'),
        pod('b', { ownerKind: 'ReplicaSet', ownerName: 'cart-6f7', labels }),
        pod('c', { ownerKind: 'ReplicaSet', ownerName: 'lone-6f7', labels }),
        pod('d', { phase: 'Succeeded' }),
        pod('e', { ownerKind: 'Pod', ownerName: 'e' }),
      ],
    });
    expect(views.map(({ key, podNames }) => [key, podNames])).toEqual([
      ['workload/shop/Deployment/cart', ['a', 'b']],
      ['workload/shop/Pod/e', ['e']],
      ['workload/shop/ReplicaSet/lone-6f7', ['c']],
    ]);
  });

  it.each([
    ['matchLabels', { matchLabels: { app: 'cart' } }, true],
    ['the empty selector', {}, true],
    ['another value', { matchLabels: { app: 'front' } }, false],
    ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['x', 'cart'] }] }, true],
    ['NotIn an absent label', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, true],
    ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, false],
    ['an inherited key', { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false],
  ])('a policy that selects by %s: %s %s', (_, podSelector, selects) => {
    const [cart] = view({ pods: [pod('a')], policies: [policy('p', { podSelector, policyTypes: ['Ingress'] })] });
    expect(cart?.ingressPolicies).toEqual(selects ? ['p'] : []);
    expect(cart?.egressPolicies).toEqual([]);
  });

  it('counts a policy per direction that it isolates, of its own namespace, and only if it selects every pod', () => {
    const [cart] = view({
      pods: [pod('a'), pod('b', { labels: { app: 'cart', canary: 'yes' } })],
      policies: [
        policy('both', { podSelector: {}, egress: [{}] }),
        policy('some', { podSelector: { matchLabels: { canary: 'yes' } } }),
        policy('elsewhere', { podSelector: {} }, 'bank'),
        { ...policy('other kind', { podSelector: {} }), kind: 'CiliumNetworkPolicy', apiVersion: 'cilium.io/v2' },
      ],
    });
    expect(cart).toMatchObject({ ingressPolicies: ['both'], egressPolicies: ['both'] });
  });

  it('no policy governs the host network; a workload without pods is judged by its template', () => {
    const all = policy('all', { podSelector: { matchLabels: { app: 'cart' } } });
    expect(view({ pods: [pod('a', { hostNetwork: true })], policies: [all] })[0]).toMatchObject({
      hostNetwork: true,
      ingressPolicies: [],
    });
    const [idle] = view({ workloads: [deployment('idle', { app: 'cart' })], policies: [all] });
    expect(idle).toMatchObject({ pods: 0, hostNetwork: false, ingressPolicies: ['all'] });
  });
});
