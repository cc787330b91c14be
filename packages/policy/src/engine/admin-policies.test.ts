import { describe, expect, it } from 'vitest';
import { globalSet, knp, type Manifest, namespace, pod, shown, world } from '../../test/world.ts';

/** AdminNetworkPolicy and BaselineAdminNetworkPolicy (KEP-2091), ClusterNetworkPolicy as Calico converts it. */
const CLUSTER: readonly Manifest[] = [
  namespace('a', { team: 'red' }),
  namespace('b', { team: 'blue' }),
  pod('a/web', { ip: '10.0.0.1', labels: { app: 'web' }, ports: ['http:TCP:8080', 'dns:UDP:53'] }),
  pod('b/cli', { ip: '10.0.1.1', labels: { app: 'cli' } }),
  globalSet('set', ['10.9.0.0/16'], { 'pcns.team': 'blue' }),
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1', labels: { zone: 'x' } },
    status: {
      addresses: [
        { type: 'Hostname', address: 'n1' },
        { type: 'InternalIP', address: '192.168.0.1' },
      ],
    },
  },
];
const blue = { namespaces: { matchLabels: { team: 'blue' } } };
const red = { namespaces: { matchLabels: { team: 'red' } } };
const anp = (name: string, priority: number, spec: object): Manifest => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha1',
  kind: 'AdminNetworkPolicy',
  metadata: { name },
  spec: { priority, subject: red, ...spec },
});
const banp = (spec: object): Manifest => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha1',
  kind: 'BaselineAdminNetworkPolicy',
  metadata: { name: 'default' },
  spec: { subject: red, ...spec },
});
const cnp = (name: string, spec: object): Manifest => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier: 'Admin', priority: 1, subject: red, ...spec },
});
const tcp = (port: number) => ({ portNumber: { protocol: 'TCP', port } });
const into = (policies: readonly Manifest[], what = 'TCP 80', src = 'b/cli') =>
  shown(world([...CLUSTER, ...policies]).ask(src, 'a/web', what).ingress?.enforced);
const out = (policies: readonly Manifest[], dst: string, what = 'TCP 80') =>
  shown(world([...CLUSTER, ...policies]).ask('a/web', dst, what).egress?.enforced);

describe('AdminNetworkPolicy', () => {
  const from = (action: string, more: object = {}) => ({ ingress: [{ action, from: [blue], ...more }] });

  it('comes before NetworkPolicies, lower priority numbers first', () => {
    const policies = [
      anp('late', 9, from('Deny')),
      anp('early', 2, from('Allow', { ports: [tcp(80)] })),
      knp('closed', {}),
    ];
    expect(into(policies)).toEqual(['adminnetworkpolicy/early#0 allow']);
    expect(into(policies, 'TCP 81')).toEqual(['adminnetworkpolicy/late#0 deny']);
  });

  it('without a matching rule, or by Pass, leaves it to NetworkPolicies and then to the baseline', () => {
    const baseline = banp(from('Deny'));
    expect(into([anp('p', 1, from('Pass')), anp('q', 2, from('Deny')), baseline])).toEqual([
      'adminnetworkpolicy/p#0 pass',
      'baselineadminnetworkpolicy/default#0 deny',
    ]);
    const open = knp('open', { ingress: [{}] });
    expect(into([anp('p', 1, from('Pass')), open, baseline]).at(-1)).toBe('default/open#0 allow');
    // Whom a NetworkPolicy isolates never comes to the baseline, though that would allow it.
    expect(into([knp('closed', {}), banp(from('Allow'))])).toEqual(['default/- deny']);
    expect(into([anp('p', 1, from('Deny', { ports: [tcp(81)] }))])).toEqual([
      'adminnetworkpolicy/- pass',
      '__PROFILE__/kns.a#0 allow',
    ]);
  });

  it('names pods, ports and ranges', () => {
    const pods = {
      pods: { namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: { matchLabels: { app: 'cli' } } },
    };
    const deny = (...ports: object[]) => [anp('p', 1, { ingress: [{ action: 'Deny', from: [pods], ports }] })];
    expect(into(deny({ portRange: { protocol: 'TCP', start: 70, end: 90 } }))).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(into(deny({ namedPort: 'http' }), 'TCP 8080')).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(into(deny({ namedPort: 'dns' }), 'UDP 53')).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(into(deny({ namedPort: 'dns' }), 'TCP 53').at(-1)).toBe('__PROFILE__/kns.a#0 allow');
  });

  it('names networks and nodes for egress; network sets are no pods', () => {
    const to = (peer: object) => [anp('p', 1, { egress: [{ action: 'Deny', to: [peer] }] })];
    expect(out(to({ networks: ['8.8.8.0/24', 'fd00::/8'] }), '8.8.8.8')).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(out(to({ networks: ['10.0.1.0/24'] }), 'b/cli')).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(out(to({ nodes: { matchLabels: { zone: 'x' } } }), '192.168.0.1')).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(out(to({ nodes: { matchLabels: { zone: 'y' } } }), '192.168.0.1').at(-1)).toBe('__PROFILE__/kns.a#0 allow');
    expect(out(to(blue), '10.9.0.1').at(-1)).toBe('__PROFILE__/kns.a#0 allow');
  });

  it('selects its subject by namespace or by pod', () => {
    const pods = { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } } };
    expect(into([anp('p', 1, { subject: pods, ...from('Deny') })])).toEqual(['adminnetworkpolicy/p#0 deny']);
    expect(into([anp('p', 1, { subject: blue, ...from('Deny') })])).toEqual(['__PROFILE__/kns.a#0 allow']);
  });
});

describe('ClusterNetworkPolicy', () => {
  it('Accept, Deny, Pass, by tier; peers by namespace hold network sets', () => {
    const rule = (action: string) => ({ ingress: [{ action, from: [blue] }] });
    expect(into([cnp('p', rule('Accept')), knp('closed', {})])).toEqual(['kube-admin/p#0 allow']);
    expect(into([cnp('p', { tier: 'Baseline', ...rule('Deny') })])).toEqual(['kube-baseline/p#0 deny']);
    expect(into([cnp('p', rule('Deny'))], 'TCP 80', '10.9.0.1')).toEqual(['kube-admin/p#0 deny']);
  });

  it('governs the directions with rules; without any, both', () => {
    expect(into([cnp('p', { egress: [{ action: 'Deny', to: [red] }] })])).toEqual(['__PROFILE__/kns.a#0 allow']);
    expect(into([cnp('p', {})])).toEqual(['kube-admin/- pass', '__PROFILE__/kns.a#0 allow']);
  });
});

describe('converted rules are counted', () => {
  it('by rule, then protocol, then peer; all ports of a protocol win over listed ones', () => {
    const spec = {
      ingress: [
        { from: [{ podSelector: {} }], ports: [{ port: 1 }] },
        {
          from: [
            { namespaceSelector: { matchLabels: { team: 'none' } } },
            { namespaceSelector: { matchLabels: { team: 'blue' } } },
          ],
          ports: [
            { port: 80 },
            { protocol: 'UDP' },
            { protocol: 'UDP', port: 53 },
            { protocol: 'SCTP', port: 9 },
            { port: 81 },
          ],
        },
        { ports: [{ port: 7 }, { port: 8, protocol: 'UDP' }] },
        {},
      ],
    };
    const { policies } = world([...CLUSTER, knp('p', spec)]);
    const rules = policies.policies[0]?.rules.ingress.map(({ index, protocol, path }) => [index, protocol, path]);
    expect(rules).toEqual([
      [0, 6, 'spec.ingress[0]'],
      [1, 132, 'spec.ingress[1]'],
      [2, 132, 'spec.ingress[1]'],
      [3, 6, 'spec.ingress[1]'],
      [4, 6, 'spec.ingress[1]'],
      [5, 17, 'spec.ingress[1]'],
      [6, 17, 'spec.ingress[1]'],
      [7, 6, 'spec.ingress[2]'],
      [8, 17, 'spec.ingress[2]'],
      [9, null, 'spec.ingress[3]'],
    ]);
    expect(policies.policies[0]?.rules.ingress[3]?.destination.ports?.ranges).toEqual([{ first: 80, last: 81 }]);
    expect(into([knp('p', spec)], 'TCP 81')).toEqual(['default/p#4 allow']);
    expect(into([knp('p', spec)], 'UDP 9999')).toEqual(['default/p#6 allow']);
  });

  it('named ports of a cnp form a group without protocol, which comes first', () => {
    const protocols = [{ udp: {} }, { tcp: { destinationPort: { number: 80 } } }, { destinationNamedPort: 'http' }];
    const rule = { ingress: [{ action: 'Deny', from: [blue], protocols, name: 'x' }] };
    expect(into([cnp('p', rule)], 'TCP 8080')).toEqual(['kube-admin/p#0 deny']);
    expect(into([cnp('p', rule)], 'TCP 80')).toEqual(['kube-admin/p#1 deny']);
    expect(into([cnp('p', rule)], 'UDP 1')).toEqual(['kube-admin/p#2 deny']);
  });

  it('fail closed: an Accept that is not understood is dropped, a Deny or Pass denies everything', () => {
    const bad = { from: [{ namespaces: { matchLabels: { team: 1 } } }] };
    const said = (action: string) =>
      shown(
        world([...CLUSTER, cnp('p', { ingress: [{ action, ...bad }] })], { mode: 'fail-closed' }).ask(
          'b/cli',
          'a/web',
          'TCP 1',
        ).ingress?.enforced,
      );
    expect(said('Accept')).toEqual(['kube-admin/- pass', '__PROFILE__/kns.a#0 allow']);
    expect(said('Deny')).toEqual(['kube-admin/p#0 deny']);
    expect(said('Pass')).toEqual(['kube-admin/p#0 deny']);
  });
});
