import { describe, expect, it } from 'vitest';
import {
  account,
  globalSet,
  gnp,
  hostEndpoint,
  knp,
  type Manifest,
  namespace,
  networkSet,
  np,
  pod,
  shown,
  staged,
  tier,
  world,
} from '../../test/world.ts';

/** Calico's semantics, one behaviour a case; the scenarios of MARGAY_VECTORS mix them at random. */
const CLUSTER: readonly Manifest[] = [
  namespace('a', { env: 'dev' }),
  namespace('b', { env: 'prod' }),
  account('ops', { role: 'admin' }),
  pod('a/web', { ip: '10.0.0.1', labels: { app: 'web' }, ports: ['http:TCP:8080', 'http:UDP:9090'] }),
  pod('a/cli', { ip: '10.0.0.2', labels: { app: 'cli' }, account: 'ops' }),
  pod('b/web', { ip: '10.0.1.1', labels: { app: 'web' }, ports: ['http:TCP:80'], account: 'ops' }),
  pod('b/six', { ip: 'fd00::6', labels: { app: 'six' } }),
  pod('a/host', { ip: '192.168.0.9', labels: { app: 'web' }, hostNetwork: true }),
  pod('a/done', { ip: '10.0.0.9', labels: { app: 'web' }, phase: 'Succeeded' }),
  globalSet('gset', ['203.0.113.0/24', '10.0.0.2/32'], { net: 'ext' }),
  networkSet('nset', ['198.51.100.0/24'], { net: 'own' }),
  networkSet('bset', ['198.51.101.0/24'], { net: 'other' }, 'b'),
  hostEndpoint('hep', ['192.168.0.1'], { role: 'node' }),
];
const verdict = (policies: readonly Manifest[], src: string, dst: string, what = 'TCP 80') =>
  world([...CLUSTER, ...policies]).ask(src, dst, what).verdict === 'allow';
const SRC = {
  own: 'a/cli',
  foreign: 'b/web',
  gset: '203.0.113.5',
  nset: '198.51.100.5',
  bset: '198.51.101.5',
  hep: '192.168.0.1',
  outside: '8.8.8.8',
};

/** Which sources a single allow rule of ingress at a/web lets in. */
function letIn(make: (name: string, spec: object) => Manifest, source: object): string[] {
  const policy = make('p', { selector: "app == 'web'", ingress: [{ action: 'Allow', source }] });
  return Object.entries(SRC)
    .filter(([, src]) => verdict([policy], src, 'a/web'))
    .map(([name]) => name);
}

describe('whom a side means', () => {
  it.each<[string, object, string[]]>([
    ['nothing: anybody', {}, ['own', 'foreign', 'gset', 'nset', 'bset', 'hep', 'outside']],
    ['all(): pods and sets of the own namespace', { selector: 'all()' }, ['own', 'nset']],
    ['notSelector alone narrows too', { notSelector: "net == 'own'" }, ['own']],
    ['serviceAccounts alone narrow too', { serviceAccounts: { names: ['ops'] } }, ['own']],
    [
      'empty serviceAccounts do not',
      { serviceAccounts: {} },
      ['own', 'foreign', 'gset', 'nset', 'bset', 'hep', 'outside'],
    ],
    ['namespaceSelector replaces the narrowing', { namespaceSelector: "env == 'prod'" }, ['foreign', 'bset']],
    [
      'a negative one takes what has no namespace',
      { namespaceSelector: "env != 'dev'" },
      ['foreign', 'gset', 'bset', 'hep', 'own'].sort(
        (x, y) => Object.keys(SRC).indexOf(x) - Object.keys(SRC).indexOf(y),
      ),
    ],
    ['namespaceSelector all()', { namespaceSelector: 'all()' }, ['own', 'foreign', 'nset', 'bset']],
    ['namespaceSelector global()', { namespaceSelector: 'global()' }, ['own', 'gset', 'hep']],
    [
      'by the account’s labels',
      { namespaceSelector: 'all()', serviceAccounts: { selector: "role == 'admin'" } },
      ['own'],
    ],
    [
      'by name, in all namespaces',
      { namespaceSelector: 'all()', serviceAccounts: { names: ['ops'] } },
      ['own', 'foreign'],
    ],
    ['nets do not narrow', { nets: ['8.8.0.0/16', '10.0.1.0/24'] }, ['foreign', 'outside']],
    ['notNets', { notNets: ['10.0.0.0/8'] }, ['gset', 'nset', 'bset', 'hep', 'outside']],
    ['the flat labels', { selector: "pcns.env == 'dev' && projectcalico.org/serviceaccount == 'ops'" }, ['own']],
  ])('np, %s', (_name, source, expected) => {
    expect(letIn(np, source)).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    ['all(): every member', { selector: 'all()' }, ['own', 'foreign', 'gset', 'nset', 'bset', 'hep']],
    [
      'notSelector alone: every packet but from such',
      { notSelector: "app == 'web'" },
      ['own', 'gset', 'nset', 'bset', 'hep', 'outside'],
    ],
    [
      'positive and negative take members away: a set holds the pod still',
      { selector: 'has(net)', notSelector: "app == 'cli'" },
      ['own', 'gset', 'nset', 'bset'],
    ],
    ['host endpoints by label', { selector: "role == 'node'" }, ['hep']],
  ])('gnp, %s', (_name, source, expected) => {
    expect(letIn(gnp, source)).toEqual(expected);
  });

  it('knp: pods only, never sets', () => {
    const policy = knp('p', {
      podSelector: { matchLabels: { app: 'web' } },
      ingress: [{ from: [{ namespaceSelector: {} }] }],
    });
    const letThrough = Object.entries(SRC).filter(([, src]) => verdict([policy], src, 'a/web'));
    expect(letThrough.map(([name]) => name)).toEqual(['own', 'foreign']);
  });

  it('pods on the host network and finished ones are outside, and under no policy', () => {
    const all = gnp('p', { selector: 'all()', ingress: [{ action: 'Allow', source: { selector: "app == 'web'" } }] });
    expect(verdict([all], '192.168.0.9', 'a/web')).toBe(false);
    expect(verdict([all], '10.0.0.9', 'a/web')).toBe(false);
    expect(world([...CLUSTER, all]).ask('b/web', '192.168.0.9', 'TCP 80').ingress).toBeNull();
  });

  it('labels of pods cannot be faked, those of sets can', () => {
    const spoof = pod('b/spoof', { ip: '10.0.1.9', labels: { 'pcns.env': 'dev', 'projectcalico.org/namespace': 'a' } });
    const set = globalSet('spoof', ['203.0.114.0/24'], { 'pcns.env': 'dev' });
    const policy = gnp('p', {
      selector: "app == 'web'",
      ingress: [{ action: 'Allow', source: { namespaceSelector: "env == 'dev'" } }],
    });
    const { ask } = world([...CLUSTER, spoof, set, policy]);
    expect(ask('b/spoof', 'a/web', 'TCP 1').verdict).toBe('deny');
    expect(ask('203.0.114.1', 'a/web', 'TCP 1').verdict).toBe('allow');
  });
});

describe('ports, protocols, families', () => {
  const into = (rule: object) => [gnp('p', { selector: 'all()', ingress: [{ action: 'Allow', ...rule }] })];
  const out = (rule: object) => [gnp('p', { selector: 'all()', egress: [{ action: 'Allow', ...rule }] })];
  it.each<[string, readonly Manifest[], string, string, string, boolean]>([
    ['a name is each pod’s own number', into({ destination: { ports: ['http'] } }), 'a/cli', 'a/web', 'TCP 8080', true],
    ['of another pod', into({ destination: { ports: ['http'] } }), 'a/cli', 'b/web', 'TCP 8080', false],
    ['with the protocol it declares', into({ destination: { ports: ['http'] } }), 'a/cli', 'a/web', 'UDP 9090', true],
    ['not with another', into({ destination: { ports: ['http'] } }), 'a/cli', 'a/web', 'UDP 8080', false],
    [
      'protocol UDP: a TCP declaration does not count',
      into({ protocol: 'UDP', destination: { ports: ['http'] } }),
      'a/cli',
      'b/web',
      'UDP 80',
      false,
    ],
    ['never outside', out({ destination: { ports: ['http'] } }), 'a/cli', '8.8.8.8', 'TCP 8080', false],
    [
      'notPorts by name: always outside',
      out({ destination: { notPorts: ['http'] } }),
      'a/cli',
      '8.8.8.8',
      'TCP 8080',
      true,
    ],
    [
      'names of pods that the selector picks',
      into({ destination: { selector: "pcns.env == 'prod'", ports: ['http'] } }),
      'a/cli',
      'a/web',
      'TCP 8080',
      false,
    ],
    [
      'numbers and names are or-ed',
      into({ protocol: 'TCP', destination: { ports: ['http', 22] } }),
      'a/cli',
      'a/web',
      'TCP 22',
      true,
    ],
    [
      'ports and notPorts are and-ed',
      into({ protocol: 'TCP', destination: { ports: ['1:100'], notPorts: [80] } }),
      'a/cli',
      'a/web',
      'TCP 80',
      false,
    ],
    ['source ports', into({ protocol: 'TCP', source: { ports: [53] } }), 'a/cli', 'a/web', 'TCP 80 from 53', true],
    [
      'other source ports',
      into({ protocol: 'TCP', source: { ports: [53] } }),
      'a/cli',
      'a/web',
      'TCP 80 from 54',
      false,
    ],
    ['ipVersion', into({ ipVersion: 6 }), 'a/cli', 'a/web', 'TCP 80', false],
    ['the name ICMP binds to IPv4', into({ protocol: 'ICMP' }), 'fd00::1', 'b/six', '1 8/0', false],
    ['its number does not', into({ protocol: 1 }), 'fd00::1', 'b/six', '1 8/0', true],
    ['notNets of one family bind', into({ source: { notNets: ['10.0.0.0/8'] } }), 'fd00::1', 'b/six', 'TCP 80', false],
    ['notProtocol ICMP does not', into({ notProtocol: 'ICMP' }), 'fd00::1', 'b/six', 'TCP 80', true],
    ['icmp type', into({ protocol: 'ICMP', icmp: { type: 8 } }), 'a/cli', 'a/web', 'ICMP 0/0', false],
    ['icmp: {} is no condition', into({ protocol: 'ICMP', icmp: {} }), 'a/cli', 'a/web', 'ICMP 3/4', true],
    [
      'notICMP excludes only its pair',
      into({ protocol: 'ICMP', notICMP: { type: 3, code: 4 } }),
      'a/cli',
      'a/web',
      'ICMP 3/5',
      true,
    ],
    [
      'notICMP, the pair',
      into({ protocol: 'ICMP', notICMP: { type: 3, code: 4 } }),
      'a/cli',
      'a/web',
      'ICMP 3/4',
      false,
    ],
    ['notProtocol', into({ notProtocol: 'TCP' }), 'a/cli', 'a/web', 'UDP 80', true],
    ['a protocol number', into({ protocol: 47 }), 'a/cli', 'a/web', '47', true],
    ['SCTP', into({ protocol: 'SCTP', destination: { ports: [80] } }), 'a/cli', 'a/web', 'SCTP 80', true],
    ['UDPLite is not UDP', into({ protocol: 'UDPLite' }), 'a/cli', 'a/web', 'UDP 80', false],
    [
      'ICMPv6 beside an IPv4 block is there for no packet',
      into({ protocol: 'ICMPv6', source: { nets: ['10.0.0.0/8'] } }),
      'a/cli',
      'a/web',
      'ICMPv6 8/0',
      false,
    ],
  ])('%s', (_name, policies, src, dst, what, expected) => {
    expect(verdict(policies, src, dst, what)).toBe(expected);
  });

  it('services: addresses of the slices as source, with protocol and port as destination; ready or not', () => {
    const slice: Manifest = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 's-1', namespace: 'b', labels: { 'kubernetes.io/service-name': 's' } },
      endpoints: [{ addresses: ['10.0.1.1'], conditions: { ready: false } }, { addresses: ['203.0.113.1'] }],
      ports: [{ name: 'x', protocol: 'TCP', port: 80 }],
    };
    const services = { name: 's', namespace: 'b' };
    const to = [
      slice,
      gnp('p', { selector: "app == 'cli'", egress: [{ action: 'Allow', destination: { services } }] }),
    ];
    expect(verdict(to, 'a/cli', 'b/web', 'TCP 80')).toBe(true);
    expect(verdict(to, 'a/cli', 'b/web', 'TCP 81')).toBe(false);
    expect(verdict(to, 'a/cli', 'b/web', 'UDP 80')).toBe(false);
    expect(verdict(to, 'a/cli', '203.0.113.1', 'TCP 80')).toBe(true);
    const from = [
      slice,
      gnp('p', { selector: "pcns.env == 'dev'", ingress: [{ action: 'Allow', source: { services } }] }),
    ];
    expect(verdict(from, 'b/web', 'a/web', 'UDP 7')).toBe(true);
    expect(verdict(from, 'a/cli', 'a/web', 'UDP 7')).toBe(false);
  });
});

describe('tiers and traces', () => {
  const trace = (policies: readonly Manifest[], what = 'TCP 80') => {
    const { ingress } = world([...CLUSTER, ...policies]).ask('a/cli', 'a/web', what);
    return { enforced: shown(ingress?.enforced), pending: shown(ingress?.pending) };
  };
  const first = tier('first', { order: 1 });
  const passing = tier('passing', { order: 2, defaultAction: 'Pass' });
  it('skips a tier whose policies do not govern the pod in this direction', () => {
    const elsewhere = [
      gnp('x', { tier: 'first', selector: "app == 'cli'" }),
      gnp('y', { tier: 'first', types: ['Egress'] }),
    ];
    expect(trace([first, ...elsewhere]).enforced).toEqual(['__PROFILE__/kns.a#0 allow']);
  });

  it('passes, logs and ends tiers', () => {
    const logged = gnp('log', {
      tier: 'first',
      order: 1,
      ingress: [{ action: 'Log' }, { action: 'Pass', protocol: 'TCP' }],
    });
    const isolating = gnp('iso', { tier: 'passing', types: ['Ingress'] });
    expect(trace([first, passing, logged, isolating]).enforced).toEqual([
      'first/log#1 pass',
      'passing/- pass',
      '__PROFILE__/kns.a#0 allow',
    ]);
    expect(trace([first, passing, logged, isolating], 'UDP 1').enforced).toEqual(['first/- deny']);
  });

  it('a policy of Log alone ends in the tier’s deny', () => {
    expect(trace([gnp('log', { ingress: [{ action: 'Log' }] })]).enforced).toEqual(['default/- deny']);
  });

  it('types: absent means the directions with rules, none at all Ingress; rules of another direction are ignored', () => {
    expect(trace([gnp('p', {})]).enforced).toEqual(['default/- deny']);
    expect(trace([gnp('p', { egress: [{ action: 'Allow' }] })]).enforced).toEqual(['__PROFILE__/kns.a#0 allow']);
    expect(trace([gnp('p', { types: ['Egress'], ingress: [{ action: 'Deny' }] })]).enforced).toEqual([
      '__PROFILE__/kns.a#0 allow',
    ]);
  });

  it('an isolating knp does not stop a later policy of default from allowing', () => {
    const { ingress } = world([...CLUSTER, knp('iso', {}), np('late', { ingress: [{ action: 'Allow' }] })]).ask(
      'a/cli',
      'a/web',
      'TCP 1',
    );
    expect(shown(ingress?.enforced)).toEqual(['default/late#0 allow']);
  });

  it('doNotTrack and preDNAT policies never govern pods, applyOnForward alone changes nothing', () => {
    const host = { applyOnForward: true, selector: 'all()' };
    expect(trace([gnp('p', { ...host, doNotTrack: true })]).enforced).toEqual(['__PROFILE__/kns.a#0 allow']);
    expect(trace([gnp('p', { ...host, preDNAT: true })]).enforced).toEqual(['__PROFILE__/kns.a#0 allow']);
    expect(trace([gnp('p', host)]).enforced).toEqual(['default/- deny']);
  });

  it('what comes to the profiles of a pod without Namespace is dropped, with nothing to show', () => {
    const lone = pod('c/lone', { ip: '10.0.2.1' });
    const { verdict: said, ingress } = world([...CLUSTER, lone]).ask('a/cli', 'c/lone', 'TCP 1');
    expect([said, shown(ingress?.enforced)]).toEqual(['deny', []]);
    const assumed = world([...CLUSTER, lone], { assumeMissing: true }).ask('a/cli', 'c/lone', 'TCP 1');
    expect(assumed.verdict).toBe('allow');
  });

  it('shows staged policies as pending only, where they stand', () => {
    const deny = gnp('p', { tier: 'first', ingress: [{ action: 'Deny', protocol: 'TCP' }] });
    expect(trace([first, staged(deny)])).toEqual({
      enforced: ['__PROFILE__/kns.a#0 allow'],
      pending: ['first/p#0 deny'],
    });
    // A tier with staged policies alone is fully there in pending, its default deny too.
    expect(trace([first, staged(deny)], 'UDP 1').pending).toEqual(['first/- deny']);
  });

  it('a staged edit of the same name and order comes behind the original, in Calico; in Margay it stands in for it', () => {
    const before = np('p', { order: 5, ingress: [{ action: 'Allow' }] });
    const after = staged(np('p', { order: 5, ingress: [{ action: 'Deny' }] }));
    expect(trace([before, after])).toEqual({ enforced: ['default/p#0 allow'], pending: ['default/p#0 allow'] });
    const margay = { ...after, apiVersion: 'policy.margay.dev/v1' };
    expect(trace([before, margay])).toEqual({ enforced: ['default/p#0 allow'], pending: ['default/p#0 deny'] });
  });

  it('StagedKubernetesNetworkPolicy without policyTypes is Ingress only, a knp is both', () => {
    const spec = { egress: [{ to: [{ podSelector: { matchLabels: { app: 'none' } } }] }] };
    const ask = (one: Manifest) => world([...CLUSTER, one]).ask('a/cli', '8.8.8.8', 'TCP 1');
    expect(ask(knp('p', spec)).verdict).toBe('deny');
    const pending = ask({
      ...knp('p', spec),
      apiVersion: 'projectcalico.org/v3',
      kind: 'StagedKubernetesNetworkPolicy',
    });
    expect([pending.verdict, pending.pendingVerdict]).toEqual(['allow', 'allow']);
  });

  it('fails closed: what is not understood of an Allow opens nothing, of a Deny or Pass denies everything', () => {
    const bad = { source: { nets: ['nonsense'] } };
    const rules = (...ingress: object[]) => world([...CLUSTER, gnp('p', { ingress })], { mode: 'fail-closed' });
    const said = (...ingress: object[]) => shown(rules(...ingress).ask('a/cli', 'a/web', 'TCP 1').ingress?.enforced);
    expect(said({ action: 'Allow', ...bad }, { action: 'Allow', protocol: 'TCP' })).toEqual(['default/p#1 allow']);
    expect(said({ action: 'Allow', ...bad })).toEqual(['default/- deny']);
    expect(said({ action: 'Deny', ...bad }, { action: 'Allow' })).toEqual(['default/p#0 deny']);
    expect(said({ action: 'Pass', ...bad }, { action: 'Allow' })).toEqual(['default/p#0 deny']);
    expect(said({ action: 'Permit' }, { action: 'Allow' })).toEqual(['default/p#0 deny']);
    expect(said({ action: 'Log', ...bad }, { action: 'Allow' })).toEqual(['default/p#1 allow']);
    const whole = (spec: object) =>
      shown(
        world([...CLUSTER, gnp('p', spec)], { mode: 'fail-closed' }).ask('a/cli', 'a/web', 'TCP 1').ingress?.enforced,
      );
    expect(whole({ ingress: {} })).toEqual(['default/p#0 deny']);
    // It governs more than was meant, and opens none of it.
    expect(whole({ selector: '?', ingress: [{ action: 'Allow' }] })).toEqual(['default/- deny']);
    expect(whole({ selector: '?', ingress: [{ action: 'Pass' }, { action: 'Deny' }] })).toEqual(['default/p#1 deny']);
  });
});
