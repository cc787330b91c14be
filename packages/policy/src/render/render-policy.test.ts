import { describe, expect, it } from 'vitest';
import type { PolicyModel } from '../model/policy.ts';
import { parseManifests } from '../parse/parse-manifests.ts';
import { type RenderOptions, type RenderTarget, renderPolicy } from './render-policy.ts';

function read(kind: string, spec: object, apiVersion = 'projectcalico.org/v3'): PolicyModel {
  const metadata = { name: 'web', ...(/Global|Cluster|Admin/.test(kind) ? {} : { namespace: 'shop' }) };
  const text = JSON.stringify({ apiVersion, kind, metadata, spec });
  const { policies, problems } = parseManifests([{ file: 'p.json', text }], { mode: 'strict', assumeMissing: true });
  expect(problems.filter(({ severity }) => severity !== 'warning')).toEqual([]);
  return policies.policies[0] as PolicyModel;
}
const kubernetes = (spec: object) => read('NetworkPolicy', spec, 'networking.k8s.io/v1');
const yamlOf = (policy: PolicyModel, target: RenderTarget, options?: RenderOptions) => {
  const rendered = renderPolicy(policy, target, options);
  return 'yaml' in rendered ? rendered.yaml : rendered.reasons;
};
const reasonsOf = (policy: PolicyModel, target: RenderTarget, options?: RenderOptions) => {
  const rendered = renderPolicy(policy, target, options);
  return 'reasons' in rendered ? rendered.reasons.map(({ path, message }) => `${path}: ${message}`) : rendered.yaml;
};

const simple = kubernetes({
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress'],
  ingress: [
    {
      from: [
        { podSelector: { matchLabels: { app: 'front' } } },
        { namespaceSelector: { matchLabels: { team: 'blue' } } },
        { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
      ],
      ports: [
        { protocol: 'TCP', port: 80 },
        { protocol: 'TCP', port: 8000, endPort: 8010 },
        { protocol: 'UDP', port: 'dns' },
      ],
    },
  ],
});

describe('renderPolicy', () => {
  it('writes a Kubernetes policy as a person would', () => {
    expect(yamlOf(simple, 'kubernetes')).toBe(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: front
        - namespaceSelector:
            matchLabels:
              team: blue
        - ipBlock:
            cidr: "10.0.0.0/8"
            except:
              - "10.1.0.0/16"
      ports:
        - protocol: TCP
          port: 80
        - protocol: TCP
          port: 8000
          endPort: 8010
        - protocol: UDP
          port: dns
`);
  });

  it('writes it as Calico has it: the own namespace needs no words, another one does', () => {
    const yaml = yamlOf(simple, 'calico');
    expect(yaml).toContain('selector: "app == \\"web\\""\n');
    expect(yaml).toContain('namespaceSelector: "team == \\"blue\\""');
    expect(yaml).toContain('order: 1000');
    expect(yaml).not.toContain('tier:');
  });

  it('writes an admin policy as a ClusterNetworkPolicy, and as a Calico policy in a tier of its own', () => {
    const admin = read(
      'AdminNetworkPolicy',
      {
        priority: 5,
        subject: { namespaces: { matchLabels: { team: 'blue' } } },
        egress: [
          {
            name: 'no-nets',
            action: 'Deny',
            to: [{ networks: ['10.0.0.0/8'] }],
            ports: [{ portNumber: { protocol: 'TCP', port: 25 } }],
          },
        ],
      },
      'policy.networking.k8s.io/v1alpha1',
    );
    const yaml = yamlOf(admin, 'cluster');
    expect(yaml).toContain('tier: Admin\n  priority: 5\n');
    expect(yaml).toContain('name: no-nets\n      action: Deny\n');
    expect(yaml).toContain('- tcp:\n            destinationPort:\n              number: 25\n');
    expect(yamlOf(admin, 'calico')).toContain('kind: Tier\nmetadata:\n  name: margay-admin\n');
  });

  it.each<[string, PolicyModel, RenderTarget, RenderOptions, string[]]>([
    [
      'a deny',
      read('NetworkPolicy', { order: 1000, ingress: [{ action: 'Deny' }] }),
      'kubernetes',
      {},
      ['spec.ingress[0]: a rule that says deny'],
    ],
    ['the order', read('NetworkPolicy', { ingress: [{ action: 'Allow' }] }), 'kubernetes', {}, ['spec: order last']],
    [
      'a tier',
      read('NetworkPolicy', { tier: 'early', order: 1000 }),
      'kubernetes',
      {},
      ['spec: a policy of the tier early'],
    ],
    [
      'network sets',
      read('NetworkPolicy', { order: 1000, ingress: [{ action: 'Allow', source: { selector: "app == 'x'" } }] }),
      'kubernetes',
      {},
      ['spec.ingress[0]: a selector that network sets may match too'],
    ],
    [
      'an operator',
      read('NetworkPolicy', { order: 1000, selector: "app contains 'x'" }),
      'kubernetes',
      {},
      ['spec.selector: a condition on labels that Kubernetes has no operator for'],
    ],
    [
      'service accounts',
      read('NetworkPolicy', {
        order: 1000,
        ingress: [{ action: 'Allow', source: { serviceAccounts: { names: ['robot'] } } }],
      }),
      'kubernetes',
      { podsOnly: true },
      ['spec.ingress[0]: it selects by service account, or by what only Calico knows'],
    ],
    [
      'isolation from outside',
      simple,
      'cluster',
      { level: 'Baseline' },
      ['spec.ingress[0]: a source outside the cluster', 'spec: traffic from outside the cluster'],
    ],
    [
      'nodes',
      read(
        'AdminNetworkPolicy',
        { priority: 1, subject: { namespaces: {} }, egress: [{ action: 'Deny', to: [{ nodes: {} }] }] },
        'policy.networking.k8s.io/v1alpha1',
      ),
      'calico',
      {},
      ['spec.egress[0]: nodes as the peer'],
    ],
  ])('refuses what the kind has no words for: %s', (_name, policy, target, options, expected) => {
    expect(reasonsOf(policy, target, options)).toEqual(expect.arrayContaining(expected));
  });

  it('says what is given up only where it is asked to', () => {
    const last = read('NetworkPolicy', {
      selector: "app == 'web'",
      ingress: [{ action: 'Allow', source: { selector: "app in {'a', 'b'}" } }],
    });
    const yaml = yamlOf(last, 'kubernetes', { ignoreOrder: true, podsOnly: true });
    expect(yaml).toContain('operator: In');
    const baseline = kubernetes({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(yamlOf(baseline, 'cluster', { level: 'Baseline', insideOnly: true })).toContain('name: deny-the-rest');
  });
});
