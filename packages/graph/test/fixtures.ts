import { type Peer, peerKey, type Verdict } from '@margay/model';
import type { MeasureText } from '../src/layout/size-graph.ts';
import type { EdgeInput, TopologyInput, WorkloadInput } from '../src/topology/types.ts';

/** Text widths as a table would give them: enough for sizes to differ. */
export const measure: MeasureText = (text, style) => text.length * (style === 'name' ? 6.6 : 6);

export const workloadPeer = (path: string, labels: Record<string, string> = {}): Peer => {
  const [namespace = '', name = ''] = path.split('/');
  return {
    kind: 'workload',
    namespace,
    ownerKind: 'Deployment',
    name,
    labels,
    namespaceLabels: {},
    serviceAccount: '',
    ports: [],
  };
};
export const external = (address: string): Peer => ({ kind: 'external', address });
export const node = (name: string): Peer => ({ kind: 'node', name });

export function edge(src: Peer, dst: Peer, more: Partial<EdgeInput> = {}): EdgeInput {
  return {
    srcKey: peerKey(src),
    src,
    dstKey: peerKey(dst),
    dst,
    protocol: 6,
    port: 8080,
    service: null,
    verdict: 'allowed' as Verdict,
    connectionsStarted: 10,
    bytesForward: 100,
    bytesReverse: 200,
    firstSeenMs: 1_000,
    lastSeenMs: 2_000,
    ...more,
  };
}

export function workload(path: string, more: Partial<WorkloadInput> = {}): WorkloadInput {
  const [namespace = '', name = ''] = path.split('/');
  const key = `workload/${namespace}/Deployment/${name}`;
  return {
    key,
    namespace,
    kind: 'Deployment',
    name,
    pods: 2,
    hostNetwork: false,
    ingressPolicies: [],
    egressPolicies: [],
    ...more,
  };
}

/** The mock-up's picture: a shop, a bank, peers outside. */
export function shopAndBank(): Pick<TopologyInput, 'edges' | 'workloads'> {
  const links: [string, string][] = [
    ['shop/frontend', 'shop/adservice'],
    ['shop/frontend', 'shop/recommendationservice'],
    ['shop/frontend', 'shop/checkoutservice'],
    ['shop/frontend', 'shop/productcatalogservice'],
    ['shop/frontend', 'shop/cartservice'],
    ['shop/frontend', 'shop/shippingservice'],
    ['shop/frontend', 'shop/currencyservice'],
    ['shop/loadgenerator', 'shop/frontend'],
    ['shop/recommendationservice', 'shop/productcatalogservice'],
    ['shop/checkoutservice', 'shop/productcatalogservice'],
    ['shop/checkoutservice', 'shop/cartservice'],
    ['shop/checkoutservice', 'shop/paymentservice'],
    ['shop/checkoutservice', 'shop/emailservice'],
    ['shop/checkoutservice', 'shop/shippingservice'],
    ['shop/checkoutservice', 'shop/currencyservice'],
    ['shop/cartservice', 'shop/redis-cart'],
    ['ingress-nginx/controller', 'shop/frontend'],
    ['ingress-nginx/controller', 'bank/customer'],
    ['bank/customer', 'bank/summary'],
    ['bank/summary', 'bank/database'],
    ['bank/statement-export', 'bank/database'],
    ['bank/summary', 'shop/currencyservice'],
  ];
  const edges = links.map(([from, to]) => edge(workloadPeer(from), workloadPeer(to)));
  const outside = [
    edge(external('198.51.100.1'), workloadPeer('ingress-nginx/controller')),
    edge(workloadPeer('shop/paymentservice'), external('203.0.113.10'), { port: 443 }),
    edge(workloadPeer('shop/emailservice'), external('203.0.113.25'), { port: 25, verdict: 'none' }),
    edge(workloadPeer('shop/adservice'), external('203.0.113.44'), { verdict: 'denied' }),
  ];
  const names = [...new Set(links.flat()), 'shop/idle-one', 'shop/idle-two', 'shop/idle-three'];
  return { edges: [...edges, ...outside], workloads: names.map((name) => workload(name)) };
}
