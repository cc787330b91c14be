import { describe, expect, it } from 'vitest';
import type { NetworkPolicySpec } from '../kubernetes.ts';
import { parseNetworkPolicy } from '../parse/parse-network-policy.ts';
import { addressEndpoint, type Endpoint, rangeEndpoint } from './endpoint.ts';
import { evaluate } from './evaluate.ts';

const NUMBERS = { TCP: 6, UDP: 17, SCTP: 132, ICMP: 1 } as const;
const pod = (namespace: string, app: string, more: Record<string, string> = {}): Endpoint => ({
  pod: {
    namespace,
    labels: { app, ...more },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace, team: namespace === 'shop' ? 'red' : 'blue' },
    ports: [
      { name: 'web', protocol: 'TCP', port: 8080 },
      { name: 'web', protocol: 'UDP', port: 9090 },
    ],
  },
  ranges: addressEndpoint([namespace === 'shop' ? '10.1.0.1' : '10.2.0.1']).ranges,
});
const front = pod('shop', 'front', { track: 'canary' });
const cart = pod('shop', 'cart');
const other = pod('bank', 'front');
const internet = addressEndpoint(['203.0.113.7']);

function passes(spec: unknown, src: Endpoint, dst: Endpoint, port: string, namespace = 'shop'): boolean {
  const policy = parseNetworkPolicy({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace,
    name: 'p',
    spec,
  });
  const [protocol, number] = port.split(' ');
  const connection = { src, dst, protocol: NUMBERS[protocol as keyof typeof NUMBERS], port: Number(number) };
  return evaluate(policy === null ? [] : [policy], connection).allowed;
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
const ports = (...entries: unknown[]) => ingress({ ports: entries });

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
    const parse = (name: string, spec: unknown) =>
      parseNetworkPolicy({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'shop', name, spec })!;
    const closed = parse('closed', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const out = parse('out', egress({ to: [{ podSelector: { matchLabels: { app: 'cart' } } }] }));
    const into = parse('into', from({ podSelector: { matchLabels: { app: 'front' } } }));
    const connection = { src: front, dst: cart, protocol: 6, port: 1 };
    expect(evaluate([closed, out], connection).allowed).toBe(false);
    expect(evaluate([closed, into], connection).allowed).toBe(false);
    const result = evaluate([closed, out, into], connection);
    expect(result.allowed).toBe(true);
    expect(result.ingress.isolating.map(({ name }) => name)).toEqual(['closed', 'into']);
    expect(result.ingress.allowing).toEqual([{ policy: into, rule: 0 }]);
  });

  it('governs pods of its own namespace only, and nothing that is no pod', () => {
    expect(passes({ podSelector: {} }, front, other, 'TCP 1')).toBe(true);
    expect(passes({ podSelector: {} }, front, internet, 'TCP 1')).toBe(true);
    expect(passes({ podSelector: {}, policyTypes: ['Egress'] }, front, internet, 'TCP 1')).toBe(false);
  });
});

describe('peers', () => {
  it.each<[string, unknown, Endpoint, boolean]>([
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
    [
      'ipBlock v6',
      { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
      addressEndpoint(['2001:db8:2::1']),
      true,
    ],
    [
      'ipBlock v6 except',
      { ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } },
      addressEndpoint(['2001:db8:1::1']),
      false,
    ],
    ['ipBlock by a pod’s address', { ipBlock: { cidr: '10.2.0.0/16' } }, other, true],
    ['a whole block within', { ipBlock: { cidr: '203.0.113.0/24' } }, rangeEndpoint('203.0.113.128/25'), true],
    [
      'a whole block that is only in part within',
      { ipBlock: { cidr: '203.0.113.0/24' } },
      rangeEndpoint('203.0.112.0/23'),
      false,
    ],
    [
      'a whole block with a hole',
      { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.130/32'] } },
      rangeEndpoint('203.0.113.128/25'),
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
    expect(passes(ports(entry), front, cart, port)).toBe(expected);
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
    ['protocol', ports({ protocol: 'ICMP' })],
    ['inherited protocol', ports({ protocol: 'toString' })],
    ['port 0', ports({ port: 0, endPort: 65535 })],
    ['port beyond', ports({ port: 1, endPort: 65536 })],
    ['range backwards', ports({ port: 8081, endPort: 8080 })],
    ['endPort with a name', ports({ port: 'web', endPort: 9000 })],
    ['endPort alone', ports({ endPort: 9000 })],
    ['one bad entry beside a good one', ports({ port: 8080 }, { port: 'x', endPort: 2 })],
    ['ports that are no list', ingress({ ports: 'all' })],
    ['rule that is no object', ingress(null)],
    ['rules that are no list', { podSelector: {}, ingress: {} }],
    ['types', { podSelector: {}, policyTypes: ['Everything'] }],
    ['podSelector', { podSelector: { matchLabels: 'all' } }],
    ['no spec', undefined],
  ])('opens nothing: %s', (_name, spec) => {
    expect(passes(spec, front, cart, 'TCP 8080')).toBe(false);
  });

  it('is named, and the rules beside it still count', () => {
    const spec = { podSelector: {}, ingress: [{ from: [{}] }, { ports: [{ port: 8080 }] }] };
    const policy = parseNetworkPolicy({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'shop',
      name: 'p',
      spec,
    });
    expect(policy?.problems).toEqual(['ingress rule 0 cannot be understood and allows nothing']);
    expect(policy?.rules.ingress.map(({ index }) => index)).toEqual([1]);
    expect(passes(spec, internet, cart, 'TCP 8080')).toBe(true);
  });

  it('reads no other kind', () => {
    expect(
      parseNetworkPolicy({
        apiVersion: 'projectcalico.org/v3',
        kind: 'NetworkPolicy',
        namespace: 'a',
        name: 'b',
        spec: {},
      }),
    ).toBeNull();
    expect(
      parseNetworkPolicy({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'a', name: 'b', spec: {} }),
    ).toBeNull();
  });
});
