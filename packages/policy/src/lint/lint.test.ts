import { describe, expect, it } from 'vitest';
import { parseManifests } from '../parse/parse-manifests.ts';
import { lint } from './lint.ts';

const SHOP = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { metadata: { labels: { app: web } }, spec: { containers: [] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec: { template: { metadata: { labels: { app: db } }, spec: { containers: [{ ports: [{ name: sql, containerPort: 5432 }] }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ port: 80, targetPort: sql }] }
`;
const policy = (spec: string, namespace = 'shop') =>
  `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: p, namespace: ${namespace} }, spec: ${spec} }`;
const global = (spec: string) =>
  `{ apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: { name: p }, spec: ${spec} }`;
const DB = 'podSelector: { matchLabels: { app: db } }';
const WEB_PEER = '{ podSelector: { matchLabels: { app: web } } }';

/** What lint says of these documents beside the shop: `check severity path`. */
function findings(...documents: string[]): string[] {
  const text = [SHOP, ...documents].join('\n---\n');
  const { cluster, policies, problems } = parseManifests([{ file: 'm.yaml', text }], {
    mode: 'strict',
    assumeMissing: true,
  });
  expect(problems).toEqual([]);
  return lint(cluster, policies).map(({ check, severity, path }) => `${check} ${severity} ${path}`.trim());
}

describe('lint', () => {
  it.each<[string, string, string[]]>([
    ['nothing of a good policy', policy(`{ ${DB}, ingress: [{ from: [${WEB_PEER}], ports: [{ port: 5432 }] }] }`), []],
    [
      'a policy for nobody',
      policy('{ podSelector: { matchLabels: { app: bd } }, ingress: [{}] }'),
      ['selects-nothing warning'],
    ],
    [
      'a peer that is nobody',
      policy(`{ ${DB}, ingress: [{ from: [${WEB_PEER}, { podSelector: { matchLabels: { app: wbe } } }] }] }`),
      ['peer-matches-nothing warning spec.ingress[0]'],
    ],
    ['a default deny', policy('{ podSelector: {}, policyTypes: [Ingress] }'), ['isolates-without-rules note']],
    [
      'a direction left without rules',
      policy(`{ ${DB}, policyTypes: [Ingress, Egress], ingress: [{}] }`),
      ['isolates-without-rules warning'],
    ],
    [
      'egress without DNS',
      policy('{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 5432 }] }] }'),
      ['dns-forgotten warning'],
    ],
    [
      'egress with DNS',
      policy('{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }] }] }'),
      [],
    ],
    ['egress to everything', policy('{ podSelector: {}, policyTypes: [Egress], egress: [{}] }'), []],
    [
      'a namespace that is not there',
      policy(
        `{ ${DB}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shpo } } }] }] }`,
      ),
      ['namespace-missing warning spec.ingress[0]', 'peer-matches-nothing warning spec.ingress[0]'],
    ],
    [
      'a policy in one',
      policy('{ podSelector: {}, ingress: [{}] }', 'shpo'),
      ['namespace-missing warning', 'selects-nothing warning'],
    ],
    [
      'a namespace of Kubernetes itself',
      policy(
        `{ ${DB}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } } }] }] }`,
      ),
      ['peer-matches-nothing note spec.ingress[0]'],
    ],
    [
      "the Service's port",
      policy(`{ ${DB}, ingress: [{ ports: [{ port: 80 }] }] }`),
      ['service-port warning spec.ingress[0]'],
    ],
    [
      "the Service's port, from outside",
      policy(
        `{ podSelector: {}, policyTypes: [Egress], egress: [{ to: [${DB.replace('podSelector', '{ podSelector')} }], ports: [{ port: 80 }] }, {}] }`,
      ),
      ['service-port warning spec.egress[0]'],
    ],
    [
      'a rule behind a wider one',
      global("{ selector: app == 'db', ingress: [{ action: Allow }, { action: Deny, protocol: TCP }] }"),
      ['shadowed-rule warning spec.ingress[1]'],
    ],
    [
      'a rule that says what was said',
      policy(`{ ${DB}, ingress: [{ from: [${WEB_PEER}] }, { from: [${WEB_PEER}], ports: [{ port: 5432 }] }] }`),
      ['shadowed-rule note spec.ingress[1]'],
    ],
    [
      'rules that add up',
      global(
        "{ selector: app == 'db', ingress: [{ action: Allow, protocol: TCP, destination: { ports: [5432] } }, { action: Deny, protocol: TCP }] }",
      ),
      [],
    ],
  ])('finds %s', (_name, document, expected) => {
    expect(findings(document)).toEqual(expected);
  });

  const staged = (spec: string, name = 'p') =>
    `{ apiVersion: policy.margay.dev/v1, kind: StagedKubernetesNetworkPolicy, metadata: { name: ${name}, namespace: shop }, spec: ${spec} }`;

  it.each<[string, string[], string[]]>([
    [
      'a staged policy for nobody',
      [staged('{ podSelector: { matchLabels: { app: bd } }, ingress: [{}] }')],
      ['selects-nothing warning'],
    ],
    [
      'what a staged policy would leave out',
      [staged('{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 5432 }] }] }')],
      ['dns-forgotten warning'],
    ],
    ['a deletion of nothing', [staged('{ stagedAction: Delete }')], ['deletes-nothing warning']],
    [
      'a mistake that is live, though its mending is staged',
      [policy('{ podSelector: { matchLabels: { app: bd } }, ingress: [{}] }'), staged(`{ ${DB}, ingress: [{}] }`)],
      ['selects-nothing warning'],
    ],
    [
      'nothing of a deletion of a good policy',
      [policy(`{ ${DB}, ingress: [{}] }`), staged('{ stagedAction: Delete }')],
      [],
    ],
  ])('finds %s', (_name, documents, expected) => {
    expect(findings(...documents)).toEqual(expected);
  });

  it('tells what staged policies would do to others', () => {
    const first = global("{ order: 1, selector: app == 'db', ingress: [{ action: Deny }] }")
      .replace('kind: Global', 'kind: StagedGlobal')
      .replace('name: p', 'name: first');
    const documents = [SHOP, policy(`{ ${DB}, ingress: [{ from: [${WEB_PEER}] }] }`), first];
    const { cluster, policies } = parseManifests([{ file: 'm.yaml', text: documents.join('\n---\n') }], {
      mode: 'strict',
      assumeMissing: true,
    });
    expect(lint(cluster, policies)).toMatchObject([
      {
        check: 'shadowed-rule',
        policy: 'KubernetesNetworkPolicy shop/p',
        message:
          'never decides: StagedGlobalNetworkPolicy first spec.ingress[0] (deny) comes first (once what is staged is enforced)',
      },
    ]);
  });

  it('says where: file, document, policy, and what is in the way', () => {
    const documents = [SHOP, global("{ selector: app == 'db', ingress: [{ action: Allow }, { action: Deny }] }")];
    const { cluster, policies } = parseManifests([{ file: 'm.yaml', text: documents.join('\n---\n') }], {
      mode: 'strict',
      assumeMissing: true,
    });
    expect(lint(cluster, policies)).toEqual([
      {
        check: 'shadowed-rule',
        severity: 'warning',
        policy: 'GlobalNetworkPolicy p',
        file: 'm.yaml',
        document: 3,
        path: 'spec.ingress[1]',
        message: 'never decides: GlobalNetworkPolicy p spec.ingress[0] (allow) comes first',
      },
    ]);
  });
});
