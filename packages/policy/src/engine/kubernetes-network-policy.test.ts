import { describe, expect, it } from 'vitest';
import { parseNet } from '../address/address-range.ts';
import type { NetworkPolicySpec } from '../kubernetes.ts';
import type { End } from '../model/packet.ts';
import { parseManifests } from '../parse/parse-manifests.ts';
import { addressEnd, familyOf, podEnd, rangeEnd } from './ends.ts';
import { evaluate } from './evaluate.ts';

/** networking.k8s.io NetworkPolicy as a running cluster has it: what is not understood opens nothing. */
const NUMBERS = { TCP: 6, UDP: 17, SCTP: 132, ICMP: 1 } as const;
const namespace = (name: string, team: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team } },
});
const ports = [
  { name: 'web', protocol: 'TCP', containerPort: 8080 },
  { name: 'web', protocol: 'UDP', containerPort: 9090 },
];
const pod = (ns: string, name: string, labels: Record<string, string>, ip: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: ns, labels },
  spec: { containers: [{ ports }] },
  status: { podIPs: [{ ip }] },
});
const CLUSTER = [
  namespace('shop', 'red'),
  namespace('bank', 'blue'),
  pod('shop', 'front', { app: 'front', track: 'canary' }, '10.1.0.1'),
  pod('shop', 'cart', { app: 'cart' }, '10.1.0.2'),
  pod('bank', 'other', { app: 'front' }, '10.2.0.1'),
];
const policy = (name: string, spec: unknown, ns = 'shop') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: ns },
  spec,
});
const read = (...policies: readonly unknown[]) =>
  parseManifests([{ file: 'cluster', text: JSON.stringify([...CLUSTER, ...policies]) }], {
    mode: 'fail-closed',
    assumeMissing: false,
  });
const { cluster } = read();
const podNamed = (ns: string, name: string) => podEnd(cluster, cluster.lookup.pod(ns, name)!);
const address = (text: string) => addressEnd(cluster, text)!;
const range = (cidr: string) => rangeEnd(cluster, parseNet(cidr)!);
const front = podNamed('shop', 'front');
const cart = podNamed('shop', 'cart');
const other = podNamed('bank', 'other');
const internet = address('203.0.113.7');

function packet(src: End, dst: End, port: string) {
  const [name, text] = port.split(' ');
  const number = Number(text);
  const protocol = NUMBERS[name as keyof typeof NUMBERS];
  const icmp = protocol === 1 ? { type: number >> 8, code: number & 255 } : null;
  return {
    src,
    dst,
    family: familyOf(src, dst),
    protocol,
    srcPort: 40_000,
    dstPort: icmp === null ? number : null,
    icmp,
  };
}

function passes(spec: unknown, src: End, dst: End, port: string): boolean {
  return evaluate(cluster, read(policy('p', spec)).policies, packet(src, dst, port)).verdict === 'allow';
}
const ingress = (rule: unknown): NetworkPolicySpec => ({
  podSelector: {},
  policyTypes: ['Ingress'],
  ingress: [rule] as NetworkPolicySpec['ingress'],
});
const egress = (rule: unknown): NetworkPolicySpec => ({
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [rule] as NetworkPolicySpec['egress'],
});
const from = (peer: unknown) => ingress({ from: [peer] });
const toPorts = (...entries: unknown[]) => ingress({ ports: entries });

describe('isolation', () => {
  it.each<[string, unknown, boolean]>([
    ['no types, no rules: ingress closed', { podSelector: {} }, false],
    ['not selected: open', { podSelector: { matchLabels: { app: 'front' } } }, true],
    [
      'only egress isolated, source selected',
      { podSelector: { matchLabels: { app: 'front' } }, policyTypes: ['Egress'] },
      false,
    ],
    [
      'only egress isolated, destination selected',
      { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Egress'] },
      true,
    ],
    [
      'egress rules imply the type',
      {
        podSelector: { matchLabels: { app: 'front' } },
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'x' } } }] }],
      },
      false,
    ],
    ['empty types are absent types', { podSelector: {}, policyTypes: [] }, false],
    [
      'rules of a direction that is not in the types count nothing',
      { podSelector: {}, policyTypes: ['Egress'], ingress: [], egress: [{}] },
      true,
    ],
    ['an empty rule allows all', { podSelector: {}, ingress: [{}] }, true],
    [
      'selector with expressions',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['cart', 'x'] }] } },
      false,
    ],
  ])('%s', (_name, spec, expected) => {
    expect(passes(spec, front, cart, 'TCP 8080')).toBe(expected);
  });

  it('needs both ends, and adds policies up', () => {
    const closed = policy('closed', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const out = policy('out', egress({ to: [{ podSelector: { matchLabels: { app: 'cart' } } }] }));
    const into = policy('into', from({ podSelector: { matchLabels: { app: 'front' } } }));
    const verdict = (...policies: unknown[]) =>
      evaluate(cluster, read(...policies).policies, packet(front, cart, 'TCP 1'));
    expect(verdict(closed, out).verdict).toBe('deny');
    expect(verdict(closed, into).verdict).toBe('deny');
    expect(verdict(closed).ingress?.enforced.isolating.map(({ name }) => name)).toEqual(['closed']);
    const result = verdict(closed, out, into);
    expect(result.verdict).toBe('allow');
    expect(result.ingress?.enforced.entries).toEqual([
      { tier: 'default', kind: 'KubernetesNetworkPolicy', namespace: 'shop', name: 'into', rule: 0, action: 'allow' },
    ]);
  });

  it('governs pods of its own namespace only, and nothing that is no pod', () => {
    expect(passes({ podSelector: {} }, front, other, 'TCP 1')).toBe(true);
    expect(passes({ podSelector: {} }, front, internet, 'TCP 1')).toBe(true);
    expect(passes({ podSelector: {}, policyTypes: ['Egress'] }, front, internet, 'TCP 1')).toBe(false);
  });
});

describe('peers', () => {
  it.each<[string, unknown, End, boolean]>([
    ['podSelector means the own namespace', { podSelector: { matchLabels: { app: 'front' } } }, other, false],
    ['podSelector matches', { podSelector: { matchLabels: { app: 'front' } } }, front, true],
    ['empty podSelector: every pod of the own namespace', { podSelector: {} }, cart, true],
    ['empty podSelector: nothing outside', { podSelector: {} }, internet, false],
    ['namespaceSelector alone: all its pods', { namespaceSelector: { matchLabels: { team: 'blue' } } }, other, true],
    [
      'namespaceSelector alone: not the own namespace',
      { namespaceSelector: { matchLabels: { team: 'blue' } } },
      front,
      false,
    ],
    ['empty namespaceSelector: every pod, no address', { namespaceSelector: {} }, internet, false],
    [
      'both are and-ed',
      { namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: { matchLabels: { app: 'x' } } },
      other,
      false,
    ],
    [
      'matchExpressions',
      { podSelector: { matchExpressions: [{ key: 'track', operator: 'DoesNotExist' }] } },
      front,
      false,
    ],
    ['ipBlock', { ipBlock: { cidr: '203.0.113.0/24' } }, internet, true],
    ['ipBlock except', { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.0/29'] } }, internet, false],
    ['ipBlock of the other family', { ipBlock: { cidr: '::/0' } }, internet, false],
    ['ipBlock v6', { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } }, address('2001:db8:2::1'), true],
    [
      'ipBlock v6 except',
      { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
      address('2001:db8:1::1'),
      false,
    ],
    ['ipBlock by a pod’s address', { ipBlock: { cidr: '10.2.0.0/16' } }, other, true],
    ['a whole block within', { ipBlock: { cidr: '203.0.113.0/24' } }, range('203.0.113.128/25'), true],
    [
      'a whole block that is only in part within',
      { ipBlock: { cidr: '203.0.113.0/24' } },
      range('203.0.112.0/23'),
      false,
    ],
    [
      'a whole block with a hole',
      { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.130/32'] } },
      range('203.0.113.128/25'),
      false,
    ],
  ])('%s', (_name, peer, src, expected) => {
    expect(passes(from(peer), src, cart, 'TCP 8080')).toBe(expected);
  });

  it('is any where the list is absent or empty', () => {
    expect(passes(ingress({ from: [] }), internet, cart, 'TCP 1')).toBe(true);
    expect(passes(ingress({ from: null, ports: null }), internet, cart, 'ICMP 2048')).toBe(true);
    expect(passes(egress({ to: [] }), cart, internet, 'TCP 1')).toBe(true);
  });
});

describe('ports', () => {
  it.each<[string, unknown, string, boolean]>([
    ['number', { port: 8080 }, 'TCP 8080', true],
    ['protocol defaults to TCP', { port: 8080 }, 'UDP 8080', false],
    ['SCTP', { protocol: 'SCTP', port: 3868 }, 'SCTP 3868', true],
    ['protocol only', { protocol: 'UDP' }, 'UDP 7', true],
    ['protocol only, another one', { protocol: 'UDP' }, 'TCP 7', false],
    ['empty entry: all TCP', {}, 'TCP 7', true],
    ['range, last', { port: 80, endPort: 90 }, 'TCP 90', true],
    ['range, beyond', { port: 80, endPort: 90 }, 'TCP 91', false],
    ['named, by protocol', { port: 'web' }, 'TCP 8080', true],
    ['named, the other protocol’s number', { port: 'web' }, 'TCP 9090', false],
    ['named UDP', { port: 'web', protocol: 'UDP' }, 'UDP 9090', true],
    ['named, unknown', { port: 'nope' }, 'TCP 8080', false],
    ['any port entry leaves ICMP out', { port: 8080 }, 'ICMP 8080', false],
  ])('%s', (_name, entry, port, expected) => {
    expect(passes(toPorts(entry), front, cart, port)).toBe(expected);
  });

  it('looks a name up at the destination, also for egress; an address has no names', () => {
    expect(passes(egress({ ports: [{ port: 'web' }] }), front, cart, 'TCP 8080')).toBe(true);
    expect(passes(egress({ ports: [{ port: 'web' }] }), front, internet, 'TCP 8080')).toBe(false);
    expect(passes(ingress({ ports: [] }), front, cart, 'ICMP 2048')).toBe(true);
  });
});

describe('what cannot be understood', () => {
  it.each<[string, unknown]>([
    ['CIDR', from({ ipBlock: { cidr: 'nonsense' } })],
    ['except', from({ ipBlock: { cidr: '0.0.0.0/0', except: ['nonsense'] } })],
    ['except outside its block', from({ ipBlock: { cidr: '10.0.0.0/8', except: ['192.0.2.0/24'] } })],
    ['empty peer', from({})],
    ['peer that is no object', from('any')],
    ['ipBlock beside a selector', from({ ipBlock: { cidr: '0.0.0.0/0' }, podSelector: {} })],
    ['operator', from({ podSelector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['x'] }] } })],
    ['In without values', from({ podSelector: { matchExpressions: [{ key: 'x', operator: 'NotIn', values: [] }] } })],
    ['peers that are no list', ingress({ from: {} })],
    ['protocol', toPorts({ protocol: 'ICMP' })],
    ['inherited protocol', toPorts({ protocol: 'toString' })],
    ['port 0', toPorts({ port: 0, endPort: 65535 })],
    ['port beyond', toPorts({ port: 1, endPort: 65536 })],
    ['range backwards', toPorts({ port: 8081, endPort: 8080 })],
    ['endPort with a name', toPorts({ port: 'web', endPort: 9000 })],
    ['endPort alone', toPorts({ endPort: 9000 })],
    ['one bad entry beside a good one', toPorts({ port: 8080 }, { port: 'x', endPort: 2 })],
    ['ports that are no list', ingress({ ports: 'all' })],
    ['rule that is no object', ingress(null)],
    ['rules that are no list', { podSelector: {}, ingress: {} }],
    ['types', { podSelector: {}, policyTypes: ['Everything'] }],
    ['podSelector', { podSelector: { matchLabels: 'all' }, ingress: [{}] }],
    ['no spec', undefined],
  ])('opens nothing: %s', (_name, spec) => {
    expect(passes(spec, front, cart, 'TCP 8080')).toBe(false);
  });

  it('is named, and the rules beside it still count', () => {
    const spec = { podSelector: {}, ingress: [{ from: [{}] }, { ports: [{ port: 8080 }] }] };
    const { problems, policies } = read(policy('p', spec));
    expect(problems).toMatchObject([
      { object: 'NetworkPolicy shop/p', path: 'spec.ingress[0].from[0]', message: 'an empty peer', severity: 'object' },
    ]);
    expect(policies.policies[0]?.rules.ingress.map(({ path }) => path)).toEqual(['spec.ingress[1]']);
    expect(passes(spec, internet, cart, 'TCP 8080')).toBe(true);
  });
});
