import { describe, expect, it } from 'vitest';
import { parseManifests } from '../parse/parse-manifests.ts';

const CALICO = 'projectcalico.org/v3';
const problemsOf = (apiVersion: string, kind: string, spec: unknown, name = 'p') => {
  const object = { apiVersion, kind, metadata: { name, namespace: 'a' }, spec };
  const { problems, policies } = parseManifests([{ file: 'a.json', text: JSON.stringify(object) }], {
    mode: 'strict',
    assumeMissing: true,
  });
  if (problems.some(({ severity }) => severity === 'object')) expect(policies.policies).toEqual([]);
  for (const { message } of problems) expect(message).not.toBe('');
  return problems.map(({ path }) => path);
};
const knp = (spec: unknown) => problemsOf('networking.k8s.io/v1', 'NetworkPolicy', spec);
const np = (spec: unknown) => problemsOf(CALICO, 'NetworkPolicy', spec);
const gnp = (spec: unknown) => problemsOf(CALICO, 'GlobalNetworkPolicy', spec);
const into = (rule: unknown) => np({ ingress: [rule] });
const out = (rule: unknown) => np({ egress: [rule] });
const many = <T>(count: number, item: T) => Array.from({ length: count }, () => item);

describe('Calico policies', () => {
  it.each<[string, string[], string[]]>([
    ['action', into({ action: 'Accept' }), ['spec.ingress[0].action']],
    ['no action', into({}), ['spec.ingress[0].action']],
    [
      'port numbers without protocol',
      into({ action: 'Allow', destination: { ports: [80] } }),
      ['spec.ingress[0].destination.ports'],
    ],
    [
      'notPorts numbers without protocol',
      into({ action: 'Deny', source: { notPorts: [80] } }),
      ['spec.ingress[0].source.notPorts'],
    ],
    [
      'ports beside ICMP',
      into({ action: 'Allow', protocol: 'ICMP', destination: { ports: ['x'] } }),
      ['spec.ingress[0].destination.ports'],
    ],
    [
      'ports beside UDPLite',
      into({ action: 'Allow', protocol: 'UDPLite', destination: { ports: [1] } }),
      ['spec.ingress[0].destination.ports'],
    ],
    [
      'port 0',
      into({ action: 'Allow', protocol: 'TCP', destination: { ports: [0] } }),
      ['spec.ingress[0].destination.ports[0]'],
    ],
    [
      'range backwards',
      into({ action: 'Allow', protocol: 'TCP', destination: { ports: ['9:8'] } }),
      ['spec.ingress[0].destination.ports[0]'],
    ],
    [
      '51 ports',
      into({ action: 'Allow', protocol: 'TCP', destination: { ports: many(51, 1) } }),
      ['spec.ingress[0].destination.ports'],
    ],
    ['257 nets', into({ action: 'Allow', source: { nets: many(257, '10.0.0.0/8') } }), ['spec.ingress[0].source.nets']],
    ['1,025 rules', np({ ingress: many(1_025, { action: 'Allow' }) }), ['spec.ingress']],
    ['protocol 0', into({ action: 'Allow', protocol: 0 }), ['spec.ingress[0].protocol']],
    ['protocol name', into({ action: 'Allow', protocol: 'GRE' }), ['spec.ingress[0].protocol']],
    ['icmp without protocol', into({ action: 'Allow', icmp: { type: 8 } }), ['spec.ingress[0].icmp']],
    [
      'icmp code without type',
      into({ action: 'Allow', protocol: 'ICMP', icmp: { code: 1 } }),
      ['spec.ingress[0].icmp.code'],
    ],
    ['icmp type 255', into({ action: 'Allow', protocol: 'ICMP', icmp: { type: 255 } }), ['spec.ingress[0].icmp.type']],
    [
      'ICMP of the wrong family',
      into({ action: 'Allow', protocol: 'ICMP', ipVersion: 6 }),
      ['spec.ingress[0].ipVersion'],
    ],
    [
      'notProtocol likewise',
      into({ action: 'Allow', notProtocol: 'ICMPv6', ipVersion: 4 }),
      ['spec.ingress[0].ipVersion'],
    ],
    ['ipVersion', into({ action: 'Allow', ipVersion: 5 }), ['spec.ingress[0].ipVersion']],
    [
      'ipVersion against the blocks',
      into({ action: 'Allow', ipVersion: 6, source: { nets: ['10.0.0.0/8'] } }),
      ['spec.ingress[0].ipVersion'],
    ],
    [
      'both families',
      into({ action: 'Allow', source: { nets: ['10.0.0.0/8'], notNets: ['fd00::/8'] } }),
      ['spec.ingress[0]'],
    ],
    ['host bits', into({ action: 'Allow', source: { nets: ['10.0.0.1/8'] } }), ['spec.ingress[0].source.nets[0]']],
    ['no prefix length', into({ action: 'Allow', source: { nets: ['10.0.0.1'] } }), ['spec.ingress[0].source.nets[0]']],
    [
      'negated catch-all',
      into({ action: 'Allow', source: { notNets: ['0.0.0.0/0'] } }),
      ['spec.ingress[0].source.notNets[0]'],
    ],
    [
      'negated catch-all of IPv6',
      into({ action: 'Allow', source: { notNets: ['::/0'] } }),
      ['spec.ingress[0].source.notNets[0]'],
    ],
    ['selector', into({ action: 'Allow', source: { selector: 'app = "x"' } }), ['spec.ingress[0].source.selector']],
    [
      'long selector',
      into({ action: 'Allow', source: { selector: `app == "${'x'.repeat(1_024)}"` } }),
      ['spec.ingress[0].source.selector'],
    ],
    [
      'global() in a selector',
      into({ action: 'Allow', source: { selector: 'global()' } }),
      ['spec.ingress[0].source.selector'],
    ],
    [
      'global() beside others',
      into({ action: 'Allow', source: { namespaceSelector: 'global() || has(a)' } }),
      ['spec.ingress[0].source.namespaceSelector'],
    ],
    ['global() of the policy', gnp({ selector: 'global()' }), ['spec.selector']],
    [
      'services beside a selector',
      out({ action: 'Allow', destination: { services: { name: 's' }, selector: 'all()' } }),
      ['spec.egress[0].destination.selector'],
    ],
    [
      'services beside ports as destination',
      out({ action: 'Allow', protocol: 'TCP', destination: { services: { name: 's' }, ports: [1] } }),
      ['spec.egress[0].destination.ports'],
    ],
    [
      'services as egress source',
      out({ action: 'Allow', source: { services: { name: 's' } } }),
      ['spec.egress[0].source.services'],
    ],
    [
      'services as ingress destination',
      into({ action: 'Allow', destination: { services: { name: 's' } } }),
      ['spec.ingress[0].destination.services'],
    ],
    [
      'services without namespace in a gnp',
      gnp({ egress: [{ action: 'Allow', destination: { services: { name: 's' } } }] }),
      ['spec.egress[0].destination.services.namespace'],
    ],
    ['http on Deny', into({ action: 'Deny', http: { methods: ['GET'] } }), ['spec.ingress[0].http']],
    ['http on egress', out({ action: 'Allow', http: { methods: ['GET'] } }), ['spec.egress[0].http']],
    ['doNotTrack beside preDNAT', gnp({ doNotTrack: true, preDNAT: true, applyOnForward: true }), ['spec.preDNAT']],
    ['doNotTrack without applyOnForward', gnp({ doNotTrack: true }), ['spec.applyOnForward']],
    ['preDNAT with egress', gnp({ preDNAT: true, applyOnForward: true, types: ['Egress'] }), ['spec.egress']],
    [
      'doNotTrack in a namespace',
      np({ doNotTrack: true, applyOnForward: true }),
      ['spec.doNotTrack', 'spec.applyOnForward'],
    ],
    ['a type twice', np({ types: ['Ingress', 'Ingress'] }), ['spec.types']],
    ['type', np({ types: ['Sideways'] }), ['spec.types']],
    ['order', np({ order: '10' }), ['spec.order']],
    ['unknown field', np({ ingres: [] }), ['spec.ingres']],
    ['unknown field of a rule', into({ action: 'Allow', sources: {} }), ['spec.ingress[0].sources']],
    [
      'dots behind the tier’s name',
      problemsOf(CALICO, 'NetworkPolicy', { tier: 'default' }, 'default.a.b'),
      ['metadata.name'],
    ],
    [
      'staged Delete with rules',
      problemsOf(CALICO, 'StagedNetworkPolicy', { stagedAction: 'Delete', selector: 'all()' }),
      ['spec.selector'],
    ],
    ['stagedAction', problemsOf(CALICO, 'StagedNetworkPolicy', { stagedAction: 'Drop' }), ['spec.stagedAction']],
    [
      'Learn in Margay',
      problemsOf('policy.margay.dev/v1', 'StagedNetworkPolicy', { stagedAction: 'Learn' }),
      ['spec.stagedAction'],
    ],
    ['stagedAction of an enforced one', np({ stagedAction: 'Set' }), ['spec.stagedAction']],
    ['tier name', problemsOf(CALICO, 'Tier', {}, 'a.b'), ['metadata.name']],
    ['order of a fixed tier', problemsOf(CALICO, 'Tier', { order: 5 }, 'default'), ['spec.order']],
    [
      'action of a fixed tier',
      problemsOf(CALICO, 'Tier', { defaultAction: 'Pass' }, 'default'),
      ['spec.defaultAction'],
    ],
    ['set with a bad net', problemsOf(CALICO, 'NetworkSet', { nets: ['x'] }), ['spec.nets[0]']],
    ['host endpoint without node', problemsOf(CALICO, 'HostEndpoint', { expectedIPs: ['10.0.0.1'] }), ['spec.node']],
    ['host endpoint that is nowhere', problemsOf(CALICO, 'HostEndpoint', { node: 'n' }), ['spec']],
  ])('refuses: %s', (_name, paths, expected) => {
    expect(paths).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['nothing at all', np({})],
    ['named ports without protocol', into({ action: 'Allow', destination: { ports: ['http'], notPorts: ['dns'] } })],
    [
      'numbers and ranges, also quoted',
      into({ action: 'Allow', protocol: 6, destination: { ports: [80, '81', '82:90', 'http'] } }),
    ],
    ['notICMP without a protocol', into({ action: 'Allow', notICMP: { type: 8 } })],
    ['empty icmp', into({ action: 'Allow', protocol: 'ICMPv6', icmp: {} })],
    ['global() alone', into({ action: 'Allow', source: { namespaceSelector: 'global()' } })],
    ['global() where Calico overlooks it', into({ action: 'Allow', source: { notSelector: 'global()' } })],
    [
      'services beside ports as source',
      into({ action: 'Allow', protocol: 'TCP', source: { services: { name: 's' }, ports: [1] } }),
    ],
    [
      'a bare address and host bits in a set',
      problemsOf(CALICO, 'NetworkSet', { nets: ['10.0.0.1', '10.0.0.1/8', 'fd00::1'] }),
    ],
    ['http', into({ action: 'Allow', protocol: 'TCP', http: { methods: ['GET'] } })],
    ['annotations of a rule', into({ action: 'Allow', metadata: { annotations: { a: 'b' } } })],
    ['performance hints', np({ performanceHints: ['AssumeNeededOnEveryNode'] })],
    [
      'staged Delete with its tier',
      problemsOf(CALICO, 'StagedNetworkPolicy', { stagedAction: 'Delete', tier: 'default' }),
    ],
    ['names with dots', problemsOf(CALICO, 'NetworkPolicy', {}, 'p.q')],
  ])('takes: %s', (_name, paths) => {
    expect(paths).toEqual([]);
  });
});

describe('Kubernetes policies', () => {
  const peer = (one: unknown) => knp({ podSelector: {}, ingress: [{ from: [one] }] });
  const port = (one: unknown) => knp({ podSelector: {}, ingress: [{ ports: [one] }] });
  it.each<[string, string[], string[]]>([
    ['empty peer', peer({}), ['spec.ingress[0].from[0]']],
    [
      'ipBlock beside a selector',
      peer({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
      ['spec.ingress[0].from[0]'],
    ],
    ['cidr', peer({ ipBlock: { cidr: '10.0.0.0' } }), ['spec.ingress[0].from[0].ipBlock.cidr']],
    [
      'except outside',
      peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/9'] } }),
      ['spec.ingress[0].from[0].ipBlock.except[0]'],
    ],
    ['unknown field', peer({ podSelectors: {} }), ['spec.ingress[0].from[0].podSelectors']],
    ['endPort below port', port({ port: 10, endPort: 9 }), ['spec.ingress[0].ports[0].endPort']],
    ['endPort alone', port({ endPort: 9 }), ['spec.ingress[0].ports[0].endPort']],
    ['endPort beside a name', port({ port: 'http', endPort: 9 }), ['spec.ingress[0].ports[0].endPort']],
    ['port name', port({ port: '80' }), ['spec.ingress[0].ports[0].port']],
    ['long port name', port({ port: 'a234567890123456' }), ['spec.ingress[0].ports[0].port']],
    ['protocol', port({ protocol: 'ICMP' }), ['spec.ingress[0].ports[0].protocol']],
    [
      'operator',
      knp({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
      ['spec.podSelector.matchExpressions[0].operator'],
    ],
    [
      'In without values',
      knp({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      ['spec.podSelector.matchExpressions[0].values'],
    ],
    [
      'Exists with values',
      knp({ podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] } }),
      ['spec.podSelector.matchExpressions[0].values'],
    ],
    ['label value', knp({ podSelector: { matchLabels: { a: 'x y' } } }), ['spec.podSelector.matchLabels.a']],
    ['label key', knp({ podSelector: { matchLabels: { '-a': 'x' } } }), ['spec.podSelector.matchLabels.-a']],
    ['no spec', knp(undefined), ['spec']],
    [
      'staged Delete with rules',
      problemsOf(CALICO, 'StagedKubernetesNetworkPolicy', { stagedAction: 'Delete', ingress: [{}] }),
      ['spec.ingress'],
    ],
  ])('refuses: %s', (_name, paths, expected) => {
    expect(paths).toEqual(expected);
  });
});

describe('cluster-wide Kubernetes policies', () => {
  const subject = { namespaces: {} };
  const anp = (spec: object, name = 'p') =>
    problemsOf('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', { priority: 1, subject, ...spec }, name);
  const banp = (spec: object, name = 'default') =>
    problemsOf('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy', { subject, ...spec }, name);
  const cnp = (spec: object) =>
    problemsOf('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', {
      tier: 'Admin',
      priority: 1,
      subject,
      ...spec,
    });
  const to = (...peers: object[]) => ({ egress: [{ action: 'Deny', to: peers }] });
  const ports = (port: object) => ({ egress: [{ action: 'Deny', to: [subject], ports: [port] }] });
  it.each<[string, string[], string[]]>([
    ['priority above 1000', anp({ priority: 1001 }), ['spec.priority']],
    ['no priority', anp({ priority: undefined }), ['spec.priority']],
    ['empty subject', anp({ subject: {} }), ['spec.subject']],
    ['two subjects', anp({ subject: { namespaces: {}, pods: {} } }), ['spec.subject']],
    ['no subject', anp({ subject: undefined }), ['spec.subject']],
    ['action', anp({ ingress: [{ action: 'Accept', from: [subject] }] }), ['spec.ingress[0].action']],
    ['no action', anp({ ingress: [{ from: [subject] }] }), ['spec.ingress[0].action']],
    ['no peers', anp({ ingress: [{ action: 'Deny' }] }), ['spec.ingress[0].from']],
    ['empty list of peers', anp({ ingress: [{ action: 'Deny', from: [] }] }), ['spec.ingress[0].from']],
    ['empty peer', anp(to({})), ['spec.egress[0].to[0]']],
    ['two peers in one', anp(to({ namespaces: {}, pods: {} })), ['spec.egress[0].to[0]']],
    [
      'networks of ingress',
      anp({ ingress: [{ action: 'Deny', from: [{ networks: ['10.0.0.0/8'] }] }] }),
      ['spec.ingress[0].from[0].networks'],
    ],
    ['network', anp(to({ networks: ['10.0.0.0/33'] })), ['spec.egress[0].to[0].networks[0]']],
    ['26 networks', anp(to({ networks: many(26, '10.0.0.0/8') })), ['spec.egress[0].to[0].networks']],
    [
      'two ports in one',
      anp(ports({ portNumber: { protocol: 'TCP', port: 1 }, namedPort: 'x' })),
      ['spec.egress[0].ports[0]'],
    ],
    ['empty port', anp(ports({})), ['spec.egress[0].ports[0]']],
    [
      'range backwards',
      anp(ports({ portRange: { protocol: 'TCP', start: 9, end: 8 } })),
      ['spec.egress[0].ports[0].portRange.end'],
    ],
    ['Pass in a baseline', banp({ ingress: [{ action: 'Pass', from: [subject] }] }), ['spec.ingress[0].action']],
    ['a baseline by another name', banp({}, 'other'), ['metadata.name']],
    ['a baseline with priority', banp({ priority: 1 }), ['spec.priority']],
    ['tier', cnp({ tier: 'Middle' }), ['spec.tier']],
    ['Allow instead of Accept', cnp({ egress: [{ action: 'Allow', to: [subject] }] }), ['spec.egress[0].action']],
    [
      'protocol entry',
      cnp({ egress: [{ action: 'Deny', to: [subject], protocols: [{}] }] }),
      ['spec.egress[0].protocols[0]'],
    ],
    [
      'protocol port',
      cnp({ egress: [{ action: 'Deny', to: [subject], protocols: [{ tcp: { destinationPort: {} } }] }] }),
      ['spec.egress[0].protocols[0].tcp.destinationPort'],
    ],
    ['domain names', anp(to({ domainNames: ['example.org'] })), ['spec.egress[0].to[0].domainNames']],
  ])('refuses: %s', (_name, paths, expected) => {
    expect(paths).toEqual(expected);
  });

  it('refuses the second of a priority, and only that', () => {
    const one = (name: string) => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name },
      spec: { priority: 7, subject },
    });
    const text = JSON.stringify([one('a'), one('b')]);
    const strict = parseManifests([{ file: 'a', text }], { mode: 'strict', assumeMissing: true });
    expect(strict.problems).toMatchObject([
      { object: 'AdminNetworkPolicy b', path: 'spec.priority', severity: 'object' },
    ]);
    expect(strict.policies.policies.map(({ name }) => name)).toEqual(['a']);
    const live = parseManifests([{ file: 'a', text }], { mode: 'fail-closed', assumeMissing: true });
    expect(live.policies.policies.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
