import { describe, expect, it } from 'vitest';
import { parseManifests } from '../parse/parse-manifests.ts';
import { type ConnectivityOptions, connectivity } from './connectivity.ts';

const pod = (name: string, more = '', status = '') =>
  `{ apiVersion: v1, kind: Pod, metadata: { name: ${name}, namespace: shop, labels: { app: ${name} }${more} }, spec: { containers: [{ ports: [{ name: web, containerPort: 80 }] }] }${status === '' ? '' : `, status: ${status}`} }`;
const dual = (number: number) => `{ podIPs: [{ ip: 10.0.0.${number} }, { ip: '2001:db8::${number}' }] }`;
const policy = (spec: string) =>
  `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: p, namespace: shop }, spec: ${spec} }`;
const global = (spec: string, kind = 'GlobalNetworkPolicy') =>
  `{ apiVersion: projectcalico.org/v3, kind: ${kind}, metadata: { name: g }, spec: ${spec} }`;
const TO_A = "selector: app == 'a', types: [Ingress]";
const [A, B] = ['shop/a[Pod]', 'shop/b[Pod]'];
const IPV4 = '0.0.0.0-255.255.255.255[External]';

function read(documents: readonly string[], options: ConnectivityOptions = {}) {
  const { cluster, policies, problems } = parseManifests([{ file: 'm.yaml', text: documents.join('\n---\n') }], {
    mode: 'strict',
    assumeMissing: true,
  });
  expect(problems).toEqual([]);
  const result = connectivity(cluster, policies, options);
  const rows = [...result.rows()];
  return { rows, uneven: result.uneven(), workloads: result.workloads };
}
/** Connections from `src` to `dst` as listed; null where they are not. */
const between = (documents: readonly string[], src: string, dst: string, options?: ConnectivityOptions) =>
  read(documents, options).rows.find((row) => row.src === src && row.dst === dst)?.conn ?? null;

describe('connectivity', () => {
  it('lists every pair but a workload with itself, sorted', () => {
    expect(read([pod('b'), pod('a')]).rows.map(({ src, dst }) => [src, dst])).toEqual([
      [IPV4, A],
      [IPV4, B],
      [A, IPV4],
      [A, B],
      [B, IPV4],
      [B, A],
    ]);
  });

  it.each<[string, string, string | null]>([
    [
      'a source port',
      `{ ${TO_A}, ingress: [{ action: Allow, protocol: TCP, source: { ports: ['1024:65535'] }, destination: { ports: [80] } }] }`,
      'TCP 80 from 1024-65535',
    ],
    ['ICMP', `{ ${TO_A}, ingress: [{ action: Allow, protocol: ICMP, icmp: { type: 8, code: 0 } }] }`, 'ICMP 8/0'],
    [
      'other protocols',
      `{ ${TO_A}, ingress: [{ action: Allow, protocol: 47 }, { action: Allow, protocol: UDPLite }] }`,
      'UDPLite,protocol 47',
    ],
    [
      'a named port of any protocol',
      `{ ${TO_A}, ingress: [{ action: Allow, destination: { ports: [web] } }] }`,
      'TCP 80',
    ],
    [
      'a deny in front of an allow',
      `{ ${TO_A}, ingress: [{ action: Deny, protocol: TCP, destination: { ports: ['1:79'] } }, { action: Allow, protocol: TCP, destination: { ports: ['1:80'] } }] }`,
      'TCP 80',
    ],
    ['a rule that only logs', `{ ${TO_A}, ingress: [{ action: Log }] }`, null],
    ['a pass to the profile', `{ ${TO_A}, ingress: [{ action: Pass, protocol: TCP }] }`, 'TCP 1-65535'],
    ['its own end not meant', `{ ${TO_A}, ingress: [{ action: Allow, destination: { selector: app == 'b' } }] }`, null],
  ])('tells %s', (_name, spec, expected) => {
    expect(between([pod('a'), pod('b'), global(spec)], B, A)).toBe(expected);
  });

  it('splits addresses where rules of the direction do, and lists IPv6 where a policy names it', () => {
    const egress =
      "egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }] }, { to: [{ ipBlock: { cidr: '2001:db8::/32' } }] }]";
    const { rows } = read([
      pod('a'),
      pod('b'),
      policy(`{ podSelector: { matchLabels: { app: a } }, policyTypes: [Egress], ${egress} }`),
    ]);
    const outside = (name: string) =>
      rows.filter(({ src, dst }) => src === name && dst.endsWith('[External]')).map(({ dst }) => dst);
    expect(outside(A)).toEqual([
      '10.0.0.0-10.0.255.255[External]',
      '10.2.0.0-10.255.255.255[External]',
      '2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff[External]',
    ]);
    expect(outside(B)).toHaveLength(8);
    expect(rows.filter(({ src, dst }) => src.endsWith('[External]') && dst === A).map(({ src }) => src)).toEqual([
      IPV4,
      '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff[External]',
    ]);
  });

  it('names the families where they differ', () => {
    const documents = [pod('a', '', dual(1)), pod('b', '', dual(2))];
    expect(between([...documents, global(`{ ${TO_A}, ingress: [{ action: Allow }] }`)], B, A)).toBe('All Connections');
    const sixOnly = global(`{ ${TO_A}, ingress: [{ action: Allow, ipVersion: 6, protocol: TCP }] }`);
    expect(between([...documents, sixOnly], B, A)).toBe('TCP 1-65535 over IPv6');
  });

  it('counts addresses of pods, where they are known', () => {
    const byBlock = policy(
      '{ podSelector: { matchLabels: { app: a } }, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.2/32 } }] }] }',
    );
    expect(between([pod('a'), pod('b'), byBlock], B, A)).toBeNull();
    expect(between([pod('a', '', dual(1)), pod('b', '', dual(2)), byBlock], B, A)).toBe('All Connections over IPv4');
  });

  it('joins pods of one owner, and tells where they are not treated alike', () => {
    const owned = ', ownerReferences: [{ kind: StatefulSet, name: both, controller: true }]';
    const documents = [
      pod('a', owned),
      pod('b', owned),
      pod('c'),
      policy('{ podSelector: { matchLabels: { app: a } } }'),
    ];
    const { rows, uneven, workloads } = read(documents);
    expect(workloads).toEqual(['shop/both[StatefulSet]', 'shop/c[Pod]']);
    expect(rows.find(({ src, dst }) => src === 'shop/c[Pod]' && dst === 'shop/both[StatefulSet]')?.conn).toBe(
      'All Connections',
    );
    expect(uneven).toEqual(['shop/both[StatefulSet]']);
  });

  it('takes pods on the host network as asked', () => {
    const documents = [
      pod('a').replace('spec: {', 'spec: { hostNetwork: true,'),
      pod('b'),
      policy('{ podSelector: {} }'),
    ];
    expect(between(documents, B, A)).toBe('All Connections');
    expect(between(documents, B, A, { hostNetwork: 'pods' })).toBeNull();
  });

  it('takes staged policies as enforced where asked', () => {
    const documents = [pod('a'), pod('b'), global(`{ ${TO_A} }`, 'StagedGlobalNetworkPolicy')];
    expect(between(documents, B, A)).toBe('All Connections');
    expect(between(documents, B, A, { scope: 'pending' })).toBeNull();
  });

  it('leaves finished pods to the template that makes new ones', () => {
    const job =
      '{ apiVersion: batch/v1, kind: Job, metadata: { name: a, namespace: shop }, spec: { template: { metadata: { labels: { app: a } }, spec: { containers: [] } } } }';
    const done = pod('done', ', ownerReferences: [{ kind: Job, name: a, controller: true }]', '{ phase: Succeeded }');
    const documents = [job, done, pod('b'), policy('{ podSelector: { matchLabels: { app: a } } }')];
    expect(between(documents, B, 'shop/a[Job]')).toBeNull();
    expect(read(documents).uneven).toEqual([]);
  });

  it('sends what Ingress objects name through policies', () => {
    const service =
      '{ apiVersion: v1, kind: Service, metadata: { name: s, namespace: shop }, spec: { selector: { app: a }, ports: [{ name: http, port: 8080, targetPort: web }, { name: more, port: 90 }] } }';
    const ingress =
      '{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: i, namespace: shop }, spec: { rules: [{ http: { paths: [{ backend: { service: { name: s, port: { name: http } } } }] } }] } }';
    const documents = [pod('a'), service, ingress];
    expect(between(documents, '{ingress-controller}', A)).toBe('TCP 80');
    expect(between([...documents, policy('{ podSelector: {} }')], '{ingress-controller}', A)).toBeNull();
    const allPods = policy('{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] }');
    expect(between([...documents, allPods], '{ingress-controller}', A)).toBe('TCP 80');
  });
});
