import fc from 'fast-check';

/** A Kubernetes object as a manifest holds it. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * A small cluster with policies of every kind mixed. Few labels, ports and blocks, so that rules overlap, shadow and cut each other.
 * Everything passes validation.
 */
export function randomManifests(): fc.Arbitrary<readonly Manifest[]> {
  return fc
    .record({
      namespaces: fc.tuple(
        ...['a', 'b', 'c'].map((name) => fc.record({ name: fc.constant(name), labels: labelsOf('env') })),
      ),
      withoutC: fc.boolean(),
      workloads: fc.array(workload(), { minLength: 2, maxLength: 5 }),
      sets: fc.array(networkSet(), { maxLength: 2 }),
      hostEndpoint: fc.option(hostEndpoint(), { freq: 2 }),
      services: fc.array(service(), { maxLength: 1 }),
      node: fc.option(fc.record({ labels: labelsOf('zone'), address: fc.constantFrom('10.9.0.1', '10.9.0.2') }), {
        freq: 2,
      }),
      tiers: fc.array(tier(), { maxLength: 2 }),
      policies: fc.array(fc.oneof(kubernetes(), admin(), cluster(), calico()), { minLength: 1, maxLength: 5 }),
      baseline: fc.option(baseline(), { freq: 2 }),
    })
    .map(
      ({
        namespaces,
        withoutC,
        workloads,
        sets,
        hostEndpoint: host,
        services,
        node,
        tiers,
        policies,
        baseline: base,
      }) => [
        ...namespaces
          .filter(({ name }) => !(withoutC && name === 'c'))
          .map(({ name, labels }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })),
        ...workloads.flatMap((make, place) => make(place)),
        ...sets.map((make, place) => make(place)),
        ...(host === null ? [] : [host]),
        ...services.flatMap((make, place) => make(place)),
        ...(node === null ? [] : [nodeObject(node)]),
        ...tiers.map((make, place) => make(place)),
        ...policies.map((make, place) => make(place)),
        ...(base === null ? [] : [base]),
      ],
    );
}

type Make<T = Manifest> = (place: number) => T;
const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const few = <T>(one: fc.Arbitrary<T>, maxLength: number, minLength = 0) => fc.array(one, { minLength, maxLength });
/** The field with a value, or no such field. */
const maybe = <T>(field: string, value: fc.Arbitrary<T>, freq = 2) =>
  fc.option(value, { freq }).map((one): Record<string, T> => (one === null ? {} : { [field]: one }));
const merged = (...parts: readonly fc.Arbitrary<Record<string, unknown>>[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all));
function labelsOf(...keys: readonly string[]) {
  return fc.dictionary(pick(...keys), pick('1', '2'), { maxKeys: keys.length });
}

// ---- what policies are about

const PORTS = [
  { name: 'http', containerPort: 80, protocol: 'TCP' },
  { name: 'http', containerPort: 8080, protocol: 'TCP' },
  { name: 'dns', containerPort: 53, protocol: 'UDP' },
  { name: 'dns', containerPort: 53, protocol: 'TCP' },
];

function workload(): fc.Arbitrary<Make<Manifest[]>> {
  return fc
    .record({
      namespace: pick('a', 'a', 'b', 'c'),
      labels: labelsOf('app', 'role'),
      serviceAccountName: pick('default', 'robot'),
      ports: few(pick(...PORTS), 2).map((list) =>
        list.filter(({ name }, at) => list.findIndex((one) => one.name === name) === at),
      ),
      hostNetwork: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
      shape: pick('template', 'template', 'v4', 'v4', 'v6', 'dual', 'two'),
    })
    .map(({ namespace, labels, serviceAccountName, ports, hostNetwork, shape }) => (place) => {
      const spec = { serviceAccountName, hostNetwork, containers: [{ name: 'main', image: 'x', ports }] };
      const v4 = { ip: `10.0.0.${place + 1}` };
      const v6 = { ip: `2001:db8::${place + 1}` };
      const pod = (name: string, podIPs: readonly { ip: string }[], more: Manifest = {}) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, labels, ...more },
        spec,
        status: { phase: 'Running', podIP: podIPs[0]?.ip, podIPs },
      });
      const name = `w${place}`;
      if (shape === 'template')
        return [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name, namespace },
            spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
          },
        ];
      if (shape === 'two') {
        const owner = {
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name, uid: '1', controller: true }],
        };
        return [pod(`${name}-0`, [v4], owner), pod(`${name}-1`, [{ ip: `10.0.1.${place + 1}` }], owner)];
      }
      return [pod(name, shape === 'v4' ? [v4] : shape === 'v6' ? [v6] : [v4, v6])];
    });
}

const BLOCKS4 = ['10.0.0.0/8', '10.0.0.0/30', '10.0.0.2/32', '192.0.2.0/24', '192.0.2.128/25', '0.0.0.0/1'] as const;
const BLOCKS6 = ['2001:db8::/64', '2001:db8::2/128', '2000::/3'] as const;

function networkSet(): fc.Arbitrary<Make> {
  return fc
    .record({
      namespace: pick('', 'a', 'b'),
      labels: labelsOf('app', 'net'),
      nets: few(pick(...BLOCKS4, ...BLOCKS6), 3, 1),
    })
    .map(({ namespace, labels, nets }) => (place) => ({
      apiVersion: 'projectcalico.org/v3',
      kind: namespace === '' ? 'GlobalNetworkSet' : 'NetworkSet',
      metadata: { name: `set${place}`, ...(namespace === '' ? {} : { namespace }), labels },
      spec: { nets: [...new Set(nets)] },
    }));
}

function hostEndpoint(): fc.Arbitrary<Manifest> {
  return labelsOf('app', 'net').map((labels) => ({
    apiVersion: 'projectcalico.org/v3',
    kind: 'HostEndpoint',
    metadata: { name: 'host', labels },
    spec: { node: 'n', interfaceName: 'eth0', expectedIPs: ['192.0.2.7'] },
  }));
}

const nodeObject = ({ labels, address }: { labels: Record<string, string>; address: string }) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels },
  status: { addresses: [{ type: 'InternalIP', address }] },
});

function service(): fc.Arbitrary<Make<Manifest[]>> {
  return fc
    .record({
      selector: labelsOf('app'),
      target: pick<number | string>(80, 'http'),
      withSlice: fc.boolean(),
      namespace: pick('a', 'b'),
    })
    .map(({ selector, target, withSlice, namespace }) => () => [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'svc', namespace },
        spec: { selector, ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: target }] },
      },
      ...(withSlice
        ? [
            {
              apiVersion: 'discovery.k8s.io/v1',
              kind: 'EndpointSlice',
              metadata: { name: 'svc-1', namespace, labels: { 'kubernetes.io/service-name': 'svc' } },
              addressType: 'IPv4',
              endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['192.0.2.9'] }],
              ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
            },
          ]
        : []),
    ]);
}

// ---- Kubernetes kinds

const requirement = fc.oneof(
  fc.record({ key: pick('app', 'role', 'env'), operator: pick('In', 'NotIn'), values: pick(['1'], ['2'], ['1', '2']) }),
  fc.record({ key: pick('app', 'role', 'env'), operator: pick('Exists', 'DoesNotExist') }),
);
const labelSelector = merged(
  maybe('matchLabels', labelsOf('app', 'role')),
  maybe('matchExpressions', few(requirement, 1, 1), 3),
);
const namespaceSelector = fc.oneof(
  pick({}),
  labelsOf('env').map((matchLabels) => ({ matchLabels })),
  pick({ matchLabels: { 'kubernetes.io/metadata.name': 'a' } }),
  pick({ matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] }),
);
const ipBlock = fc.oneof(
  pick(...BLOCKS4, ...BLOCKS6).map((cidr) => ({ cidr })),
  pick(
    { cidr: '10.0.0.0/8', except: ['10.0.0.0/30'] },
    { cidr: '192.0.2.0/24', except: ['192.0.2.128/25'] },
    { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
  ),
);
const port = fc.oneof(
  merged(
    pick({ port: 80 }, { port: 79, endPort: 81 }, { port: 8000, endPort: 9000 }, { port: 'http' }),
    maybe('protocol', pick('TCP')),
  ),
  pick({ protocol: 'UDP', port: 53 }, { protocol: 'UDP', port: 'dns' }, { protocol: 'SCTP' }, { protocol: 'UDP' }, {}),
);
const peer = fc.oneof(
  { weight: 3, arbitrary: labelSelector.map((podSelector) => ({ podSelector })) },
  { weight: 2, arbitrary: namespaceSelector.map((selector) => ({ namespaceSelector: selector })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(labelSelector, namespaceSelector)
      .map(([podSelector, selector]) => ({ podSelector, namespaceSelector: selector })),
  },
  { weight: 2, arbitrary: ipBlock.map((block) => ({ ipBlock: block })) },
);

function kubernetes(): fc.Arbitrary<Make> {
  const rule = (side: string) => merged(maybe(side, few(peer, 2, 1), 4), maybe('ports', few(port, 2, 1)));
  return fc
    .tuple(
      pick('a', 'a', 'b', 'c'),
      merged(
        labelSelector.map((podSelector) => ({ podSelector })),
        maybe('policyTypes', pick(['Ingress'], ['Egress'], ['Ingress', 'Egress'])),
        maybe('ingress', few(rule('from'), 2)),
        maybe('egress', few(rule('to'), 2)),
      ),
    )
    .map(([namespace, spec]) => (place) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `p${place}`, namespace },
      spec,
    }));
}

const subject = fc.oneof(
  namespaceSelector.map((namespaces) => ({ namespaces })),
  fc
    .tuple(namespaceSelector, labelSelector)
    .map(([selector, podSelector]) => ({ pods: { namespaceSelector: selector, podSelector } })),
);
const adminPort = pick(
  { portNumber: { protocol: 'TCP', port: 80 } },
  { portNumber: { protocol: 'UDP', port: 53 } },
  { portRange: { protocol: 'TCP', start: 8000, end: 9000 } },
  { namedPort: 'http' },
);
const networks = few(pick(...BLOCKS4, ...BLOCKS6), 2, 1).map((list) => ({ networks: [...new Set(list)] }));
const nodes = pick({ nodes: { matchExpressions: [{ key: 'zone', operator: 'Exists' }] } });

function adminSpec(actions: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const rule = (side: string, peers: fc.Arbitrary<unknown>) =>
    merged(
      pick(...actions).map((action) => ({ action })),
      few(peers, 2, 1).map((list) => ({ [side]: list })),
      maybe('ports', few(adminPort, 2, 1)),
    );
  return merged(
    subject.map((one) => ({ subject: one })),
    maybe('ingress', few(rule('from', subject), 2)),
    maybe('egress', few(rule('to', fc.oneof(subject, networks, nodes)), 2)),
  );
}

function admin(): fc.Arbitrary<Make> {
  return adminSpec(['Allow', 'Deny', 'Pass']).map((spec) => (place) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    metadata: { name: `p${place}` },
    spec: { priority: place, ...spec },
  }));
}

function baseline(): fc.Arbitrary<Manifest> {
  return adminSpec(['Allow', 'Deny']).map((spec) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'BaselineAdminNetworkPolicy',
    metadata: { name: 'default' },
    spec,
  }));
}

function cluster(): fc.Arbitrary<Make> {
  const protocol = pick(
    { tcp: { destinationPort: { number: 80 } } },
    { tcp: { destinationPort: { range: { start: 8000, end: 9000 } } } },
    { udp: { destinationPort: { number: 53 } } },
    { destinationNamedPort: 'http' },
  );
  const rule = (side: string, peers: fc.Arbitrary<unknown>) =>
    merged(
      pick('Accept', 'Deny', 'Pass').map((action) => ({ action })),
      few(peers, 2, 1).map((list) => ({ [side]: list })),
      maybe('protocols', few(protocol, 2, 1)),
    );
  return fc
    .tuple(
      pick('Admin', 'Baseline'),
      merged(
        subject.map((one) => ({ subject: one })),
        maybe('ingress', few(rule('from', subject), 2)),
        maybe('egress', few(rule('to', fc.oneof(subject, networks)), 2)),
      ),
    )
    .map(([tierName, spec]) => (place) => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: `p${place}` },
      spec: { tier: tierName, priority: place, ...spec },
    }));
}

// ---- Calico

const TIERS = ['t0', 't1', 'default'] as const;

function tier(): fc.Arbitrary<Make> {
  return merged(maybe('order', pick(50, 100, 2_000_000)), maybe('defaultAction', pick('Pass', 'Deny'))).map(
    (spec) => (place) => ({ apiVersion: 'projectcalico.org/v3', kind: 'Tier', metadata: { name: `t${place}` }, spec }),
  );
}

const expression = pick(
  'all()',
  "app == '1'",
  "app != '1'",
  '!has(app)',
  "role in {'1', '2'}",
  "app == '1' || net == '2'",
  'has(net)',
  "projectcalico.org/serviceaccount == 'robot'",
);
const namespaceExpression = pick('all()', 'global()', "env == '1'", '!has(env)', "projectcalico.org/name == 'a'");
const calicoPorts = few(pick<number | string>(80, '8000:9000', 'http', 53), 2, 1);
const namesOnly = few(pick('http', 'dns'), 2, 1);

/** `ports`: what the protocol allows here. */
function side(ports: fc.Arbitrary<(number | string)[]> | null, family: 4 | 6): fc.Arbitrary<Record<string, unknown>> {
  const blocks = few(pick(...(family === 4 ? BLOCKS4 : BLOCKS6)), 2, 1).map((list) => [...new Set(list)]);
  return merged(
    maybe('selector', expression),
    maybe('notSelector', expression, 3),
    maybe('namespaceSelector', namespaceExpression, 3),
    maybe('serviceAccounts', pick<unknown>({ names: ['robot'] }, { selector: 'all()' }), 5),
    maybe('nets', blocks, 4),
    maybe('notNets', blocks, 4),
    ...(ports === null ? [] : [maybe('ports', ports), maybe('notPorts', ports, 4)]),
  );
}

function calicoRule(direction: 'ingress' | 'egress'): fc.Arbitrary<Record<string, unknown>> {
  const action = pick('Allow', 'Allow', 'Deny', 'Pass', 'Log').map((one) => ({ action: one }));
  const sides = (ports: fc.Arbitrary<(number | string)[]> | null) =>
    pick<4 | 6>(4, 4, 6).chain((family) =>
      merged(maybe('source', side(ports, family)), maybe('destination', side(ports, family), 4)),
    );
  const withPorts = merged(
    action,
    pick('TCP', 'UDP', 'SCTP').map((protocol) => ({ protocol })),
    sides(calicoPorts),
  );
  const anyProtocol = merged(action, sides(namesOnly as fc.Arbitrary<(number | string)[]>));
  const other = merged(
    action,
    pick<Record<string, unknown>>(
      { protocol: 'ICMP', icmp: { type: 8 } },
      { protocol: 'ICMP', notICMP: { type: 8, code: 0 } },
      { protocol: 'ICMPv6', icmp: { type: 128, code: 0 } },
      { protocol: 'ICMP' },
      { protocol: 47 },
      { protocol: 'UDPLite' },
      { notProtocol: 'TCP' },
      { notProtocol: 1 },
      { ipVersion: 4 },
      { ipVersion: 6 },
    ),
  );
  const toService = merged(
    action,
    pick('a', 'b').map((namespace) => ({
      [direction === 'egress' ? 'destination' : 'source']: { services: { name: 'svc', namespace } },
    })),
  );
  return fc.oneof(
    { weight: 4, arbitrary: withPorts },
    { weight: 2, arbitrary: anyProtocol },
    { weight: 2, arbitrary: other },
    { weight: 1, arbitrary: toService },
  );
}

function calico(): fc.Arbitrary<Make> {
  return fc
    .record({
      namespace: pick('', 'a', 'a', 'b'),
      staged: fc.integer({ min: 0, max: 4 }).map((die) => die === 0),
      tierName: pick(...TIERS),
      order: fc.option(pick(1, 2, 1000)),
      selector: fc.option(expression),
      namespaceSelector: fc.option(
        namespaceExpression.filter((text) => text !== 'global()'),
        { freq: 2 },
      ),
      types: fc.option(pick(['Ingress'], ['Egress'], ['Ingress', 'Egress']), { freq: 4 }),
      ingress: fc.option(few(calicoRule('ingress'), 3)),
      egress: fc.option(few(calicoRule('egress'), 3)),
    })
    .map(({ namespace, staged, tierName, ...spec }) => (place) => {
      const kind = `${staged ? 'Staged' : ''}${namespace === '' ? 'Global' : ''}NetworkPolicy`;
      const given = Object.entries({ ...spec, namespaceSelector: namespace === '' ? spec.namespaceSelector : null });
      return {
        apiVersion: 'projectcalico.org/v3',
        kind,
        metadata: { name: `${tierName}.p${place}`, ...(namespace === '' ? {} : { namespace }) },
        spec: { tier: tierName, ...Object.fromEntries(given.filter(([, value]) => value !== null)) },
      };
    });
}
