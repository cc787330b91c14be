import fc from 'fast-check';
import { BLOCKS4, BLOCKS6, few, labelsOf, type Make, type Manifest, maybe, merged, pick } from './random-parts.ts';

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

export function kubernetes(): fc.Arbitrary<Make> {
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

export function admin(): fc.Arbitrary<Make> {
  return adminSpec(['Allow', 'Deny', 'Pass']).map((spec) => (place) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'AdminNetworkPolicy',
    metadata: { name: `p${place}` },
    spec: { priority: place, ...spec },
  }));
}

export function baseline(): fc.Arbitrary<Manifest> {
  return adminSpec(['Allow', 'Deny']).map((spec) => ({
    apiVersion: 'policy.networking.k8s.io/v1alpha1',
    kind: 'BaselineAdminNetworkPolicy',
    metadata: { name: 'default' },
    spec,
  }));
}

export function cluster(): fc.Arbitrary<Make> {
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
