import type { Inventory, MergedEdge, Peer } from '@margay/model';
import { peerId } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { createDecider } from './create-decider.ts';

const workload = (name: string, labels: Record<string, string> = { app: name }): Peer => ({
  kind: 'workload',
  namespace: 'shop',
  ownerKind: 'Deployment',
  name,
  labels,
  namespaceLabels: { team: 'red' },
  serviceAccount: 'default',
  ports: [],
});
const edge = (src: Peer, dst: Peer, port: number, action: 'allow' | 'deny' = 'allow'): MergedEdge => ({
  srcId: peerId(src),
  src,
  dstId: peerId(dst),
  dst,
  protocol: 6,
  port,
  service: null,
  action,
  evidence: 'kernel',
  seenAt: { src: true, dst: true },
  flows: 1,
  bytesForward: 1,
  packetsForward: 1,
  bytesReverse: 1,
  packetsReverse: 1,
  connectionsStarted: 1,
  connectionsCompleted: 1,
  firstSeenMs: 1,
  lastSeenMs: 2,
});
const policy = (name: string, spec: unknown) => ({
  namespace: 'shop',
  name,
  uid: name,
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  spec,
});
const inventory = (policies: Inventory['policies'], more: Partial<Inventory> = {}): Inventory => ({
  namespaces: [{ name: 'shop', labels: {} }],
  workloads: [],
  pods: [],
  services: [],
  endpointSlices: [],
  nodes: [{ name: 'n1', labels: {}, addresses: ['10.0.0.1', 'n1.example.org'], podCIDRs: [], kubeletVersion: '' }],
  policies,
  ...more,
});
const allowFromFront = policy('allow-front', {
  podSelector: { matchLabels: { app: 'cart' } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'front' } } }], ports: [{ port: 8080 }] }],
});
const closeCart = policy('close-cart', { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Ingress'] });
const names = (inv: Inventory, e: MergedEdge) => {
  const { verdict, decidedBy } = createDecider(inv)(e);
  return [verdict, ...decidedBy.map((ref) => `${ref.direction} ${ref.name}`)];
};

describe('createDecider', () => {
  it('says none where no policy selects an end', () => {
    expect(names(inventory([]), edge(workload('front'), workload('cart'), 8080))).toEqual(['none']);
    expect(names(inventory([allowFromFront]), edge(workload('cart'), workload('front'), 1))).toEqual(['none']);
  });

  it('puts the allowing policy first, the others that isolate behind it', () => {
    const both = inventory([closeCart, allowFromFront]);
    expect(names(both, edge(workload('front'), workload('cart'), 8080))).toEqual([
      'allowed',
      'ingress allow-front',
      'ingress close-cart',
    ]);
  });

  it('says allowed of what was seen to pass though no rule allows it: the kernel is the truth', () => {
    expect(names(inventory([closeCart]), edge(workload('front'), workload('cart'), 9))).toEqual([
      'allowed',
      'ingress close-cart',
    ]);
  });

  it('names of a denied edge the policies of the end which it cannot pass first', () => {
    const openFront = policy('open-front', {
      podSelector: { matchLabels: { app: 'front' } },
      policyTypes: ['Egress'],
      egress: [{}],
    });
    const inv = inventory([openFront, allowFromFront]);
    expect(names(inv, edge(workload('front'), workload('cart'), 9, 'deny'))).toEqual([
      'denied',
      'ingress allow-front',
      'egress open-front',
    ]);
    expect(names(inventory([]), edge(workload('front'), workload('cart'), 9, 'deny'))).toEqual(['denied']);
  });

  it('looks behind a Service that the edge still names', () => {
    const pod = {
      namespace: 'shop',
      uid: 'u',
      ownerKind: 'Deployment',
      ownerName: 'cart',
      node: 'n1',
      hostNetwork: false,
    };
    const inv = inventory([allowFromFront], {
      pods: [
        {
          ...pod,
          name: 'cart-1',
          labels: { app: 'cart' },
          phase: 'Running',
          addresses: ['10.1.0.9'],
          serviceAccount: '',
          ports: [],
        },
      ],
      services: [
        {
          namespace: 'shop',
          name: 'cart',
          type: 'ClusterIP',
          clusterIPs: ['10.96.0.9'],
          selector: { app: 'cart' },
          ports: [{ name: '', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: null }],
        },
      ],
    });
    const service: Peer = { kind: 'service', namespace: 'shop', name: 'cart' };
    expect(names(inv, edge(workload('front'), service, 80))).toEqual(['allowed', 'ingress allow-front']);
    expect(names(inv, edge(workload('front'), service, 81))).toEqual(['none']);
  });

  it('knows a node by its addresses and a namespace by the label every cluster has', () => {
    const fromNode = policy('from-node', {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24' } }] }],
    });
    const fromShop = policy('from-shop', {
      podSelector: {},
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }] }],
    });
    const inv = inventory([fromNode, fromShop]);
    expect(names(inv, edge({ kind: 'node', name: 'n1' }, workload('cart'), 1))[1]).toBe('ingress from-node');
    expect(names(inv, edge(workload('front'), workload('cart'), 1))[1]).toBe('ingress from-shop');
  });

  it('asks policies of every kind, in their tiers, and calls them as traces do', () => {
    const calico = (kind: string, name: string, spec: unknown) => ({
      ...policy(name, spec),
      namespace: kind.includes('Global') ? '' : 'shop',
      apiVersion: 'projectcalico.org/v3',
      kind,
    });
    const inv = inventory([
      closeCart,
      calico('GlobalNetworkPolicy', 'ping', {
        order: 1,
        selector: "app == 'cart'",
        ingress: [{ action: 'Allow', protocol: 'ICMP', icmp: { type: 8 } }],
      }),
      calico('StagedNetworkPolicy', 'staged', { selector: 'all()', ingress: [{ action: 'Deny' }] }),
    ]);
    const ping = { ...edge(workload('front'), workload('cart'), 8 << 8), protocol: 1 };
    expect(createDecider(inv)(ping).decidedBy).toEqual([
      { kind: 'GlobalNetworkPolicy', namespace: '', name: 'ping', direction: 'ingress' },
      { kind: 'KubernetesNetworkPolicy', namespace: 'shop', name: 'close-cart', direction: 'ingress' },
    ]);
    const pong = { ...ping, port: 0, action: 'deny' as const };
    expect(createDecider(inv)(pong).decidedBy.map(({ name }) => name)).toEqual(['ping', 'close-cart']);
  });

  it('says of a denied edge that the engine would allow no policy as deciding, only who governs', () => {
    const inv = inventory([allowFromFront]);
    expect(names(inv, edge(workload('front'), workload('cart'), 8080, 'deny'))).toEqual([
      'denied',
      'ingress allow-front',
    ]);
  });
});
