import { describe, expect, it } from 'vitest';
import { edge, external, node, shopAndBank, workload, workloadPeer } from '../../test/fixtures.ts';
import { buildTopology } from './build-topology.ts';
import { initialExpansion } from './initial-expansion.ts';
import type { TopologyInput } from './types.ts';

const coredns = workloadPeer('kube-system/coredns', { 'k8s-app': 'kube-dns' });
const build = (more: Partial<TopologyInput>) =>
  buildTopology({ edges: [], workloads: [], expanded: new Set(), rangeMs: 10_000, ...more });
const open = new Set(['namespace/shop', 'namespace/bank', 'outside', 'callers', 'nodes', 'unknown']);
const between = ({ edges }: ReturnType<typeof build>) => edges.map(({ source, target }) => `${source} > ${target}`);

describe('buildTopology', () => {
  it('draws a workload for each of an open namespace, one node for a collapsed one', () => {
    const { edges, workloads } = shopAndBank();
    const topology = build({ edges, workloads, expanded: new Set(['namespace/bank', 'outside', 'callers']) });
    const shop = topology.nodes.find(({ id }) => id === 'namespace/shop');
    expect(shop).toMatchObject({
      kind: 'namespace',
      isCollapsedGroup: true,
      members: 15,
      internalEdges: 16,
      group: null,
      pods: 30,
    });
    expect(topology.groups.map(({ id, members }) => `${id} ${members}`)).toEqual([
      'callers 1',
      'namespace/bank 4',
      'outside 3',
    ]);
    expect(topology.nodes.filter(({ group }) => group === 'namespace/bank').map(({ label }) => label)).toEqual([
      'customer',
      'database',
      'statement-export',
      'summary',
    ]);
    const toOutside = topology.edges.filter(({ source }) => source === 'namespace/shop');
    expect(toOutside.map(({ target, pairs }) => `${target} ${pairs}`)).toEqual([
      'external/203.0.113.10 1',
      'external/203.0.113.25 1',
      'external/203.0.113.44 1',
    ]);
    expect(topology.edges.some(({ source, target }) => source === target)).toBe(false);
  });

  it('merges edges of one pair: worst verdict, counts, ports, sums, rate', () => {
    const [from, to] = [workloadPeer('shop/a'), workloadPeer('shop/b')];
    const { edges } = build({
      expanded: open,
      edges: [
        edge(from, to, { port: 443, firstSeenMs: 500, lastSeenMs: 600 }),
        edge(from, to, { port: 80, verdict: 'denied', connectionsStarted: 5 }),
        edge(from, to, { port: 53, protocol: 17, verdict: 'none', lastSeenMs: 9_000 }),
      ],
    });
    expect(edges).toHaveLength(1);
    expect(edges[0]).toMatchObject({
      verdict: 'denied',
      counts: { allowed: 1, denied: 1, none: 1 },
      pairs: 1,
      ports: ['TCP 80', 'TCP 443', 'UDP 53'],
      portCount: 3,
      connections: 25,
      bytes: 900,
      connectionsPerSecond: 2.5,
      firstSeenMs: 500,
      lastSeenMs: 9_000,
    });
  });

  it('shows no policy before allowed, and cuts a long list of ports with its number', () => {
    const [from, to] = [workloadPeer('shop/a'), workloadPeer('shop/b')];
    const scan = Array.from({ length: 50 }, (_, place) =>
      edge(from, to, { port: place + 1, verdict: place === 7 ? 'none' : 'allowed' }),
    );
    const [only] = build({ expanded: open, edges: scan }).edges;
    expect(only).toMatchObject({ verdict: 'none', portCount: 50 });
    expect(only?.ports).toHaveLength(20);
  });

  it('keeps outside callers apart from outside peers that are called', () => {
    const { edges, workloads } = shopAndBank();
    const both = external('192.0.2.1');
    const more = [...edges, edge(both, workloadPeer('shop/frontend')), edge(workloadPeer('shop/frontend'), both)];
    const { nodes } = build({ edges: more, workloads, expanded: open });
    const groupOf = (id: string) => nodes.find((one) => one.id === id)?.group;
    expect(groupOf('external/198.51.100.1')).toBe('callers');
    expect(groupOf('external/203.0.113.10')).toBe('outside');
    expect(groupOf('external/192.0.2.1')).toBe('outside');
  });

  it('keeps a loop of an open workload, and draws what traffic alone shows', () => {
    const gone = workloadPeer('shop/gone');
    const topology = build({
      expanded: open,
      edges: [edge(gone, gone), edge(gone, { kind: 'service', namespace: 'shop', name: 'old' })],
    });
    expect(between(topology)).toEqual([
      'workload/shop/Deployment/gone > service/shop/old',
      'workload/shop/Deployment/gone > workload/shop/Deployment/gone',
    ]);
    expect(topology.nodes.map(({ label, pods }) => `${label} ${pods}`)).toEqual(['old null', 'gone null']);
  });

  it('says what policies cover, host network aside', () => {
    const { groups, nodes } = build({
      expanded: open,
      workloads: [
        workload('shop/a', { ingressPolicies: ['x'] }),
        workload('shop/b', { ingressPolicies: ['x'], egressPolicies: ['x'] }),
        workload('shop/proxy', { hostNetwork: true }),
      ],
    });
    expect(groups[0]?.coverage).toEqual({ ingress: 2, egress: 1, of: 2 });
    expect(nodes.map(({ coverage }) => coverage)).toEqual([
      { ingress: 1, egress: 0, of: 1 },
      { ingress: 1, egress: 1, of: 1 },
      { ingress: 0, egress: 0, of: 0 },
    ]);
  });
});

describe('layers and lenses', () => {
  const shop = workloadPeer('shop/a');
  const dns = edge(shop, coredns, { port: 5353, protocol: 17 });
  const probe = edge(node('worker-1'), shop);
  const scrape = edge(shop, coredns, { port: 9153 });
  const workloads = [workload('shop/a'), workload('kube-system/coredns')];
  const hiddenLayers = new Set(['dns', 'probes'] as const);

  it('hides DNS and probes with their number, and nothing else', () => {
    const topology = build({ edges: [dns, dns, probe, scrape], workloads, expanded: open, hiddenLayers });
    expect(topology.hiddenCounts).toEqual({ dns: 1, probes: 1 });
    expect(between(topology)).toEqual(['workload/shop/Deployment/a > namespace/kube-system']);
    expect(topology.nodes.map(({ id }) => id)).not.toContain('node/worker-1');
    expect(build({ edges: [dns, probe], workloads, expanded: open }).hiddenCounts).toEqual({ dns: 0, probes: 0 });
  });

  it('knows DNS by Service and by port as well, and never hides what was denied', () => {
    const byService = edge(shop, { kind: 'service', namespace: 'kube-system', name: 'kube-dns' }, { port: 53 });
    const byPort = edge(shop, workloadPeer('kube-system/dns'), { port: 53 });
    const denied = edge(shop, coredns, { port: 53, verdict: 'denied' });
    const elsewhere = edge(shop, workloadPeer('bank/dns'), { port: 53 });
    const topology = build({ edges: [byService, byPort, denied, elsewhere], hiddenLayers });
    expect(topology.hiddenCounts.dns).toBe(2);
    expect(between(topology)).toEqual(['namespace/shop > namespace/bank', 'namespace/shop > namespace/kube-system']);
  });

  it('moves emphasis, not existence', () => {
    const { edges, workloads: all } = shopAndBank();
    const input = {
      edges: [...edges, edge(shop, workloadPeer('bank/customer'), { firstSeenMs: 5_000 })],
      workloads: all,
      expanded: open,
    };
    const plain = build({ ...input, newSinceMs: 5_000 });
    expect(plain.lensCounts).toEqual({ all: 27, denied: 1, none: 1, new: 1 });
    expect(plain.nodes.every(({ inLens }) => inLens)).toBe(true);
    const denied = build({ ...input, newSinceMs: 5_000, lens: 'denied' });
    expect(denied.nodes).toHaveLength(plain.nodes.length);
    expect(denied.edges.filter(({ inLens }) => inLens).map(({ target }) => target)).toEqual(['external/203.0.113.44']);
    expect(denied.nodes.filter(({ inLens }) => inLens).map(({ label }) => label)).toEqual([
      '203.0.113.44',
      'adservice',
    ]);
    expect(build({ ...input, newSinceMs: 5_000, lens: 'new' }).edges.filter(({ inLens }) => inLens)).toHaveLength(1);
    expect(build({ ...input, lens: 'new' }).edges.filter(({ inLens }) => inLens)).toHaveLength(0);
  });
});

describe('order', () => {
  it('is the same for the same input in any order', () => {
    const { edges, workloads } = shopAndBank();
    const other = build({ edges: [...edges].reverse(), workloads: [...workloads].reverse(), expanded: open });
    expect(other).toEqual(build({ edges, workloads, expanded: open }));
  });

  it('gives two pairs never one id, whatever their names', () => {
    const odd = (name: string) => workloadPeer(`shop/${name}`);
    const { edges } = build({
      expanded: open,
      edges: [edge(odd('a>workload/shop/Deployment/b'), odd('c')), edge(odd('a'), odd('b>workload/shop/Deployment/c'))],
    });
    expect(new Set(edges.map(({ id }) => id)).size).toBe(2);
  });
});

describe('initialExpansion', () => {
  const many = (count: number) => Array.from({ length: count }, (_, place) => workload(`ns${place % 7}/w${place}`));

  it('opens all of a small picture and nothing of a large one', () => {
    const { edges, workloads } = shopAndBank();
    expect([...initialExpansion(edges, workloads)].sort()).toEqual([
      'callers',
      'namespace/bank',
      'namespace/ingress-nginx',
      'namespace/shop',
      'outside',
    ]);
    expect(initialExpansion([], many(60)).size).toBe(7);
    expect(initialExpansion([], many(61)).size).toBe(0);
  });

  it('keeps a long list of addresses closed', () => {
    const edges = Array.from({ length: 100 }, (_, place) =>
      edge(workloadPeer('shop/a'), external(`203.0.113.${place}`)),
    );
    expect([...initialExpansion(edges, [workload('shop/a')])]).toEqual(['namespace/shop']);
  });
});
