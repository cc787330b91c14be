import fc from 'fast-check';
import { calico, tier } from './random-calico-policies.ts';
import { admin, baseline, cluster, kubernetes } from './random-kubernetes-policies.ts';
import { BLOCKS4, BLOCKS6, few, labelsOf, type Make, type Manifest, pick } from './random-parts.ts';

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
