import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifests } from './parse-manifests.ts';

const read = (text: string) => parseManifests([{ file: 'a.yaml', text }], { mode: 'strict', assumeMissing: true });

/** About a second is promised on an idle machine; those that run tests are not idle, so processor time counts, garbage collection included. */
const PATIENCE_MS = 4_000;
const spentMs = () => process.cpuUsage().user / 1_000;
const SIZE = 10_000_000;
const fill = (text: string) => text.repeat(Math.ceil(SIZE / text.length));
const bomb = (levels: number, width: number) =>
  Array.from({ length: levels }, (_, level) => {
    const items = level === 0 ? 'x' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: width }, () => items).join(', ')}]`;
  }).join('\n');
const PEERS =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}, ingress: ';

describe('input that is too much', () => {
  it.each<[string, string]>([
    ['one long word', fill('x')],
    ['one long text value', `kind: Pod\na: ${fill('x')}`],
    ['one long document', `kind: Pod\n${fill('k: v\n')}`],
    ['many keys on a line', `{${fill('k: v, ')}}`],
    ['blanks', fill(' ')],
    ['newlines', fill('\n')],
    ['tabs', fill('\t\n')],
    ['document marks', fill('---\n')],
    ['small documents', fill('a\n---\n')],
    ['broken documents', fill('[\n---\n')],
    ['brackets', fill('[')],
    ['braces', fill('{')],
    ['JSON brackets, closed', `${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)}`],
    ['deep JSON in an object', `{"apiVersion":"v1","kind":"Pod","a":${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)}}`],
    ['dashes', fill('- ')],
    ['quotes', fill('"')],
    ['anchors', fill('&a ')],
    ['aliases', fill('*a ')],
    ['comments', fill('# x\n')],
    ['List without end', `kind: List\nitems:\n${fill('- \n')}`],
    ['a policy of many rules', `${PEERS}[${fill('{}, ')}]}`],
    [
      'a JSON policy of many rules',
      `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"p"},"spec":{"podSelector":{},"ingress":[${fill('{},')}{}]}}`,
    ],
    ['nothing but NUL', fill('\0')],
    ['a billion laughs', `${bomb(10, 10)}\n`],
    ['a billion rules', `${bomb(9, 10).replaceAll('x', '{}')}\n${PEERS}*a8}`],
    [
      'merges of merges',
      `${Array.from({ length: 500 }, (_, i) => `a${i}: &a${i} {k${i}: 1, <<: [${Array.from({ length: Math.min(i, 20) }, (_, j) => `*a${i - 1 - j}`).join(', ')}]}`).join('\n')}\n`,
    ],
    ['an anchor within itself', 'a: &a [*a]\nkind: Pod\nmetadata: {name: x}\n'],
  ])('%s: a clear answer, soon', { timeout: 60_000 }, (_name, text) => {
    const from = spentMs();
    const { problems, policies } = read(text);
    expect(spentMs() - from).toBeLessThan(PATIENCE_MS);
    expect(policies.policies).toEqual([]);
    expect(problems.length).toBeLessThan(1_100);
    for (const { message } of problems.slice(0, 3)) expect(message.length).toBeLessThan(300);
    if (/\S/.test(text.replace(/^(#.*|---)$/gm, ''))) expect(problems.length).toBeGreaterThan(0);
  });
});

describe('any input', () => {
  const word = fc.constantFrom(
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n',
    'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n',
    'metadata: {name: x}\n',
    'spec:\n',
    '  ingress:\n',
    '  - action: Deny\n',
    '  - from:\n',
    '    - podSelector: {}\n',
    '---\n',
    '...\n',
    '[',
    ']',
    '{',
    '}',
    ': ',
    '- ',
    '&a ',
    '*a ',
    '? ',
    '| ',
    '> ',
    '!!binary ',
    '!<x> ',
    '%TAG ! x\n',
    '"',
    "'",
    '\\',
    '\n',
    '\t',
    '<<: ',
    '\u0000',
    '\ufeff',
    '\ud800',
    '__proto__: ',
    'constructor: ',
  );
  const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => new TextDecoder('latin1').decode(array));

  it('crashes nothing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      bytes,
      fc.array(word, { maxLength: 40 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        expect(Array.isArray(read(input).problems)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('crashes nothing as any field of any kind either', () => {
    const kinds = [
      ['networking.k8s.io/v1', 'NetworkPolicy'],
      ['projectcalico.org/v3', 'NetworkPolicy'],
      ['projectcalico.org/v3', 'GlobalNetworkPolicy'],
      ['projectcalico.org/v3', 'StagedNetworkPolicy'],
      ['projectcalico.org/v3', 'StagedKubernetesNetworkPolicy'],
      ['projectcalico.org/v3', 'Tier'],
      ['projectcalico.org/v3', 'GlobalNetworkSet'],
      ['projectcalico.org/v3', 'HostEndpoint'],
      ['policy.margay.dev/v1', 'StagedGlobalNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
      ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
      ['v1', 'Pod'],
      ['v1', 'Service'],
      ['v1', 'Node'],
      ['v1', 'Namespace'],
      ['apps/v1', 'Deployment'],
      ['batch/v1', 'CronJob'],
      ['discovery.k8s.io/v1', 'EndpointSlice'],
      ['networking.k8s.io/v1', 'Ingress'],
      ['route.openshift.io/v1', 'Route'],
    ] as const;
    const field = fc
      .constantFrom(
        'podSelector ingress egress policyTypes types selector namespaceSelector matchLabels matchExpressions from to ports protocols action source destination nets notNets ipBlock cidr except subject namespaces pods networks nodes priority tier order icmp notICMP services serviceAccounts name namespace template spec metadata labels containers endpoints addresses rules http paths backend port protocol endPort stagedAction status podIPs'.split(
          ' ',
        ),
      )
      .chain((all) => fc.constantFrom(...all));
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        80,
        1.5,
        65_536,
        '',
        'x',
        'Deny',
        'TCP',
        '10.0.0.0/8',
        'all()',
        '1:2',
      ),
      fc.string(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(field, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const object = fc
      .record({ kind: fc.constantFrom(...kinds), spec: tree, more: tree })
      .map(({ kind, spec, more }) => ({
        ...(typeof more === 'object' && more !== null && !Array.isArray(more) ? more : {}),
        apiVersion: kind[0],
        kind: kind[1],
        metadata: { name: 'x', labels: more },
        spec,
      }));
    fc.assert(
      fc.property(object, fc.constantFrom('strict', 'fail-closed'), (one, mode) => {
        const files = [{ file: 'x.json', text: JSON.stringify(one) }];
        const { problems } = parseManifests(files, { mode, assumeMissing: true });
        expect(Array.isArray(problems)).toBe(true);
      }),
      { numRuns: 4_000 },
    );
  });
});
