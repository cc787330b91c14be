import { describe, expect, it } from 'vitest';
import { parseManifests } from './parse-manifests.ts';

const read = (text: string, mode: 'strict' | 'fail-closed' = 'strict', file = 'a.yaml') =>
  parseManifests([{ file, text }], { mode, assumeMissing: true });
const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: red}}\n';
const pod = (name: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\nspec: {containers: []}\n`;
const policy = (name: string, spec = 'podSelector: {}') =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: {${spec}}\n`;
const names = ({ cluster, policies }: ReturnType<typeof read>) => ({
  pods: cluster.pods.map(({ name }) => name),
  policies: policies.policies.map(({ name }) => name),
});

describe('documents', () => {
  it('reads many in one file, and passes over empty ones, comments and what is no policy’s business', () => {
    const text = [
      '# a comment\n',
      NAMESPACE,
      '',
      '%YAML 1.2\n',
      pod('a'),
      'kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n',
      policy('p'),
    ].join('---\n');
    const result = read(text);
    expect(result.problems).toEqual([]);
    expect(names(result)).toEqual({ pods: ['a'], policies: ['p'] });
    expect(result.cluster.namespaces.get('shop')?.labels.get('team')).toBe('red');
  });

  it('lists the rest beside one that cannot be read, and says where', () => {
    const result = read(`${pod('a')}---\nkind: Pod\nmetadata: {name: [\n---\n${pod('b')}`);
    expect(names(result).pods).toEqual(['a', 'b']);
    expect(result.problems).toMatchObject([{ file: 'a.yaml', document: 1, object: null, severity: 'document' }]);
    expect(result.problems[0]?.message).toMatch(/^no YAML: .*\(line \d+, column \d+\)$/);
  });

  it('tells the line of the file, not of the document', () => {
    const [problem] = read(`${pod('a')}---\nkind: Pod\nkind: Pod\n`).problems;
    expect(problem?.message).toContain('line 7,');
  });

  it('reads JSON, Lists, typed Lists and Lists within Lists', () => {
    const item = (name: string) => ({ metadata: { name, namespace: 'shop' }, spec: {} });
    const whole = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', ...item(name) });
    const text = JSON.stringify([
      { apiVersion: 'v1', kind: 'List', items: [whole('a'), { kind: 'List', items: [whole('b')] }] },
      { apiVersion: 'v1', kind: 'PodList', items: [item('c')] },
      whole('d'),
    ]);
    expect(names(read(text)).pods).toEqual(['a', 'b', 'c', 'd']);
    expect(read(text).problems).toEqual([]);
  });

  it('knows what does not even look like a manifest from one that forgot its kind', () => {
    expect(read('replicas: 3\nimage: x\n').problems).toMatchObject([{ severity: 'warning' }]);
    expect(read('metadata: {name: x}\nspec: {}\n').problems).toMatchObject([{ severity: 'document' }]);
    expect(read('just words').problems).toMatchObject([{ severity: 'document', message: '"just words" is no object' }]);
  });

  it('follows merge keys and aliases, as kubectl does', () => {
    const text = `x: &base {app: web}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {<<: *base, tier: front}\n`;
    const labels = read(text).cluster.pods[0]?.ownLabels;
    expect(Object.fromEntries(labels ?? [])).toEqual({ app: 'web', tier: 'front' });
  });

  it('splits a long List at its items, so that one bad item hides no other', () => {
    const items = Array.from({ length: 4_000 }, (_, index) => index);
    const block = (index: number) =>
      index === 7
        ? '- kind: [\n'
        : `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p${index}\n    annotations:\n      a: |\n        - x\n        kind: y\n\n        # z\n`;
    for (const indent of ['', '  ']) {
      const body = items
        .map(block)
        .join('')
        .replace(/^(?=.)/gm, indent);
      const result = read(`apiVersion: v1\nitems:\n${body}kind: List\nmetadata: {resourceVersion: ""}\n`);
      expect(result.cluster.pods.length).toBe(3_999);
      expect(result.problems).toMatchObject([{ document: 0, item: 7, severity: 'document' }]);
    }
  });
});

describe('large documents', () => {
  const long = 'x'.repeat(3_000_000);
  it('of other kinds are passed over, of our own kinds refused', () => {
    expect(read(`kind: ConfigMap\napiVersion: v1\ndata: {a: ${long}}\n---\n${pod('a')}`).problems).toEqual([]);
    const own = read(`${pod('b')}x: ${long}\n---\n${pod('a')}`);
    expect(own.problems).toMatchObject([{ document: 0, severity: 'document' }]);
    expect(names(own).pods).toEqual(['a']);
  });

  it('that are Lists are read item by item, other kinds among them not at all', () => {
    const item = `- apiVersion: v1\n  data:\n    kind: Pod\n    a: ${'y'.repeat(100_000)}\n  kind: Secret\n  broken: [\n`;
    const mine = '- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n';
    const { problems, cluster } = read(`apiVersion: v1\nitems:\n${item.repeat(50)}${mine}kind: List\n`);
    expect(problems).toEqual([]);
    expect(cluster.pods.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('objects', () => {
  it('refuses the second of a name, and tells where the first is', () => {
    const result = read(`${policy('p')}---\n${policy('p', 'podSelector: {}, ingress: [{}]')}`);
    expect(result.policies.policies.length).toBe(1);
    expect(result.problems).toMatchObject([
      { document: 1, object: 'NetworkPolicy shop/p', path: 'metadata.name', severity: 'object' },
    ]);
    expect(result.problems[0]?.message).toContain('a.yaml, document 1');
  });

  it('refuses an object without name, and a policy kind in a version that has none of it', () => {
    const text = [
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {}\nspec: {podSelector: {}}\n',
      policy('old').replace('networking.k8s.io/v1', 'extensions/v1beta1'),
      policy('next').replace('networking.k8s.io/v1', 'networking.k8s.io/v2'),
      policy('cilium').replace('networking.k8s.io/v1', 'cilium.io/v2'),
    ].join('---\n');
    expect(read(text).problems).toMatchObject([
      { document: 0, path: 'metadata.name', severity: 'object' },
      { document: 1, path: 'apiVersion', allowed: 'networking.k8s.io/v1', severity: 'object' },
      { document: 2, path: 'apiVersion', allowed: 'networking.k8s.io/v1', severity: 'object' },
    ]);
  });

  it('takes no number for a name, and above all not for a namespace', () => {
    const text = policy('p').replace('namespace: shop', 'namespace: 1e3');
    expect(read(text).problems).toMatchObject([
      { path: 'metadata.namespace', message: '1000 is no text', severity: 'object' },
    ]);
    expect(read(text, 'fail-closed').policies.policies).toEqual([]);
    expect(read(policy('7')).problems).toMatchObject([{ path: 'metadata.name', message: '7 is no text' }]);
  });

  it('strict leaves an invalid policy out, fail-closed keeps what it closes', () => {
    const text = `${policy('bad', 'podSelector: {}, ingress: [{from: [{ipBlock: {cidr: nonsense}}]}]')}---\n${policy('good')}`;
    expect(names(read(text)).policies).toEqual(['good']);
    const closed = read(text, 'fail-closed');
    expect(names(closed).policies).toEqual(['bad', 'good']);
    expect(closed.policies.policies[0]?.rules.ingress).toEqual([]);
    expect(closed.problems).toEqual(read(text).problems);
    expect(closed.problems).toMatchObject([
      { path: 'spec.ingress[0].from[0].ipBlock.cidr', message: '"nonsense" is no CIDR', severity: 'object' },
    ]);
  });

  it('tells every problem of an object, not only the first', () => {
    const spec = 'podSelector: {matchLabels: {a: 1}}, policyTypes: [Up], ingress: [{ports: [{port: 0}]}], egres: []';
    expect(read(policy('p', spec)).problems.map(({ path }) => path)).toEqual([
      'spec.egres',
      'spec.podSelector.matchLabels.a',
      'spec.policyTypes',
      'spec.ingress[0].ports[0].port',
    ]);
  });

  it('puts pods to what owns them in the end', () => {
    const owned = (name: string, kind: string, owner: string, hash = '') =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, labels: {pod-template-hash: "${hash}"}, ownerReferences: [{kind: ${kind}, name: ${owner}, controller: true}]}\n`;
    const text = [
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {metadata: {labels: {app: web}}}}\n',
      'apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: api-1, namespace: shop, ownerReferences: [{kind: Deployment, name: api}]}\nspec: {template: {}}\n',
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: tick-1, namespace: shop, ownerReferences: [{kind: CronJob, name: tick}]}\nspec: {template: {}}\n',
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tock, namespace: shop}\nspec: {jobTemplate: {spec: {template: {metadata: {labels: {app: tock}}}}}}\n',
      owned('a', 'ReplicaSet', 'web-5f', '5f'),
      owned('b', 'ReplicaSet', 'api-1'),
      owned('c', 'ReplicaSet', 'lone-5f', '5f'),
      owned('d', 'Job', 'tick-1'),
      owned('e', 'Node', 'n1'),
      owned('f', 'Rollout', 'r'),
    ].join('---\n');
    const workloads = read(text).cluster.workloads.map(({ kind, name, pods }) => [
      `${kind}/${name}`,
      ...pods.map((one) => `${one.name}${one.fromTemplate ? ' (template)' : ''}`),
    ]);
    expect(workloads).toEqual([
      ['Deployment/api', 'b'],
      ['Pod/e', 'e'],
      ['ReplicaSet/lone-5f', 'c'],
      ['Rollout/r', 'f'],
      ['CronJob/tick', 'd'],
      ['CronJob/tock', 'tock (template)'],
      ['Deployment/web', 'a'],
    ]);
  });

  it('takes Calico’s labels from where its own datastore keeps them', () => {
    const text = `apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkSet\nmetadata: {name: s, annotations: {projectcalico.org/metadata: '{"labels":{"net":"ext"}}'}}\nspec: {nets: [10.0.0.0/8]}\n`;
    expect(read(text).cluster.networkSets[0]?.labels.get('net')).toBe('ext');
  });
});
