import { CoreV1Api, KubeConfig, KubernetesObjectApi, makeInformer } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeResponse, pathOf } from '../src/kube/client.ts';
import { resourceNamed } from '../src/kube/cluster.ts';
import { type KubeObject, valueAt } from '../src/kube/objects.ts';
import { renderKubeconfig } from '../src/kubelet/service-account.ts';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.ts';
import { WatchLines } from './watch-lines.ts';

const assets = process.env.KUBEBUILDER_ASSETS || undefined;
if (!assets) console.log('The real kube-apiserver is not compared: KUBEBUILDER_ASSETS is not set.');

// One suite, run on both servers: what holds for one must hold for the other.
const SERVERS = [
  { name: 'built-in', assets: undefined, skip: false },
  { name: 'kube-apiserver (KUBEBUILDER_ASSETS)', assets, skip: !assets },
];

const status = ({ status: code, body }: KubeResponse) => ({
  code,
  kind: valueAt(body, 'kind'),
  reason: valueAt(body, 'reason'),
});
const failure = (code: number, reason: string) => ({ code, kind: 'Status', reason });

describe.each(SERVERS)('Kubernetes API: $name', { timeout: 60_000 }, (server) => {
  describe.skipIf(server.skip)('semantics', () => {
    let api: ApiUnderTest;
    let counter = 0;
    /** A namespace of its own for each test. */
    let ns = '';

    beforeAll(async () => {
      api = await startApiUnderTest(server.assets);
    }, 90_000);
    afterAll(() => api?.stop());

    const newNamespace = async () => {
      ns = `test-${++counter}`;
      await api.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } });
      await api.client.create({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: ns },
      });
    };
    const configMap = (
      name: string,
      data: Record<string, string> = {},
      labels: Record<string, string> = {},
    ): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: ns, labels },
      data,
    });
    const pod = (name: string, more: Record<string, unknown> = {}): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: ns, labels: { app: name } },
      spec: {
        containers: [
          { name: 'a', image: 'x:1' },
          { name: 'b', image: 'y:1' },
        ],
        ...more,
      },
    });
    const deployment = (name: string): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: ns },
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'a', image: 'x:1' }] } },
      },
    });
    const at = (plural: string, name?: string, subresource?: string) =>
      pathOf(resourceNamed(plural), ns, name, subresource);
    const send = (method: string, path: string, body?: unknown, type?: string) =>
      api.client.send(method, path, body, type);

    describe('create, get, list', () => {
      it('creates with identity and version, refuses twice, answers 404 with a Status', async () => {
        await newNamespace();
        const made = await send('POST', at('configmaps'), configMap('one', { a: '1' }));
        expect(made.status).toBe(201);
        expect(valueAt(made.body, 'metadata.uid')).toMatch(/^[0-9a-f-]{36}$/);
        expect(valueAt(made.body, 'metadata.creationTimestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(valueAt(made.body, 'metadata.resourceVersion')).toMatch(/^\d+$/);
        const again = await send('POST', at('configmaps'), configMap('one'));
        expect(status(again)).toEqual(failure(409, 'AlreadyExists'));
        expect(valueAt(again.body, 'message')).toBe('configmaps "one" already exists');
        const missing = await send('GET', at('configmaps', 'two'));
        expect(missing.body).toEqual({
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'configmaps "two" not found',
          reason: 'NotFound',
          details: { name: 'two', kind: 'configmaps' },
          code: 404,
        });
        const missingDeployment = await send('GET', at('deployments', 'two'));
        expect(valueAt(missingDeployment.body, 'message')).toBe('deployments.apps "two" not found');
        expect(valueAt(missingDeployment.body, 'details')).toEqual({ name: 'two', group: 'apps', kind: 'deployments' });
      });

      it('needs the namespace to exist and to agree with the path', async () => {
        await newNamespace();
        const elsewhere = pathOf(resourceNamed('configmaps'), 'nowhere');
        const nowhere = await send('POST', elsewhere, { ...configMap('x'), metadata: { name: 'x' } });
        expect(status(nowhere)).toEqual(failure(404, 'NotFound'));
        expect(valueAt(nowhere.body, 'message')).toBe('namespaces "nowhere" not found');
        const other = { ...configMap('x'), metadata: { name: 'x', namespace: 'default' } };
        expect(status(await send('POST', at('configmaps'), other))).toEqual(failure(400, 'BadRequest'));
      });

      it('makes names from generateName', async () => {
        await newNamespace();
        const body = { ...configMap('x'), metadata: { generateName: 'made-', namespace: ns } };
        const made = await send('POST', at('configmaps'), body);
        expect(valueAt(made.body, 'metadata.name')).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
        expect(status(await send('POST', at('configmaps'), { ...body, metadata: { namespace: ns } }))).toEqual(
          failure(422, 'Invalid'),
        );
      });

      it.each([
        ['a name in capitals', (): KubeObject => configMap('Upper'), 422, 'Invalid'],
        ['a label value with a space', (): KubeObject => configMap('x', {}, { a: 'b c' }), 422, 'Invalid'],
        ['a label key with a space', (): KubeObject => configMap('x', {}, { 'a b': 'c' }), 422, 'Invalid'],
        ['another kind', (): KubeObject => ({ ...configMap('x'), kind: 'Secret' }), 400, 'BadRequest'],
        ['another version', (): KubeObject => ({ ...configMap('x'), apiVersion: 'v2' }), 400, 'BadRequest'],
      ])('refuses %s', async (_what, object, code, reason) => {
        await newNamespace();
        expect(status(await send('POST', at('configmaps'), object()))).toEqual(failure(code, reason));
      });

      it('refuses what is not JSON, and kinds that it does not have', async () => {
        await newNamespace();
        expect(status(await send('POST', at('configmaps'), '{"kind":'))).toEqual(failure(400, 'BadRequest'));
        expect((await send('GET', `/api/v1/namespaces/${ns}/nothings`)).status).toBe(404);
      });

      it('lists in name order, items without kind, selected by labels and fields', async () => {
        await newNamespace();
        for (const [name, labels] of [
          ['c', { app: 'x' }],
          ['a', { app: 'x', tier: 'db' }],
          ['b', { app: 'y' }],
        ] as const)
          await send('POST', at('configmaps'), configMap(name, {}, labels));
        const names = async (query: Record<string, string>) => {
          const { status: code, body } = await send('GET', `${at('configmaps')}?${new URLSearchParams(query)}`);
          const items = valueAt(body, 'items');
          return Array.isArray(items) ? items.map((item: KubeObject) => item.metadata.name) : code;
        };
        const all = await send('GET', at('configmaps'));
        expect(valueAt(all.body, 'kind')).toBe('ConfigMapList');
        expect((valueAt(all.body, 'items') as object[])[0]).not.toHaveProperty('kind');
        expect(await names({})).toEqual(['a', 'b', 'c']);
        expect(await names({ labelSelector: 'app=x' })).toEqual(['a', 'c']);
        expect(await names({ labelSelector: 'app in (x, y),!tier' })).toEqual(['b', 'c']);
        expect(await names({ labelSelector: 'app notin (x)' })).toEqual(['b']);
        expect(await names({ labelSelector: 'tier' })).toEqual(['a']);
        expect(await names({ labelSelector: 'app!=y' })).toEqual(['a', 'c']);
        expect(await names({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
        expect(await names({ fieldSelector: 'metadata.name!=b' })).toEqual(['a', 'c']);
        expect(await names({ fieldSelector: 'data.x=b' })).toBe(400);
        expect(await names({ labelSelector: 'app in x' })).toBe(400);
      });

      it('lists in pages', async () => {
        await newNamespace();
        for (const name of ['a', 'b', 'c']) await send('POST', at('configmaps'), configMap(name));
        const first = await send('GET', `${at('configmaps')}?limit=2`);
        const token = String(valueAt(first.body, 'metadata.continue'));
        expect(valueAt(first.body, 'metadata.remainingItemCount')).toBe(1);
        const second = await send('GET', `${at('configmaps')}?limit=2&continue=${encodeURIComponent(token)}`);
        const items = valueAt(second.body, 'items') as KubeObject[];
        expect(items.map((item) => item.metadata.name)).toEqual(['c']);
        expect(valueAt(second.body, 'metadata.continue')).toBeUndefined();
      });
    });

    describe('update and patch', () => {
      it('refuses a stale version, keeps the version when nothing changes', async () => {
        await newNamespace();
        const made = (await send('POST', at('configmaps'), configMap('one', { a: '1' }))).body as KubeObject;
        const changed = await send('PUT', at('configmaps', 'one'), { ...made, data: { a: '2' } });
        expect(changed.status).toBe(200);
        const version = String(valueAt(changed.body, 'metadata.resourceVersion'));
        expect(Number(version)).toBeGreaterThan(Number(made.metadata.resourceVersion));
        const stale = await send('PUT', at('configmaps', 'one'), { ...made, data: { a: '3' } });
        expect(status(stale)).toEqual(failure(409, 'Conflict'));
        expect(valueAt(stale.body, 'message')).toBe(
          'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
        );
        const same = await send('PUT', at('configmaps', 'one'), changed.body);
        expect(valueAt(same.body, 'metadata.resourceVersion')).toBe(version);
        const { resourceVersion: _, ...metadata } = made.metadata;
        const blind = await send('PUT', at('configmaps', 'one'), { ...made, metadata, data: { a: '4' } });
        expect(blind.status).toBe(200);
        expect(
          status(await send('PUT', at('configmaps', 'two'), { ...made, metadata: { name: 'two', namespace: ns } })),
        ).toEqual(failure(404, 'NotFound'));
        expect(status(await send('PUT', at('configmaps', 'one'), configMap('other')))).toEqual(
          failure(400, 'BadRequest'),
        );
      });

      it('merges patches: RFC 7396, RFC 6902, strategic', async () => {
        await newNamespace();
        await send('POST', at('configmaps'), configMap('one', { a: '1', b: '2' }));
        const merged = await send(
          'PATCH',
          at('configmaps', 'one'),
          { data: { a: null, c: '3' } },
          'application/merge-patch+json',
        );
        expect(valueAt(merged.body, 'data')).toEqual({ b: '2', c: '3' });
        const operations = [
          { op: 'test', path: '/data/b', value: '2' },
          { op: 'add', path: '/data/d', value: '4' },
          { op: 'remove', path: '/data/c' },
        ];
        const operated = await send('PATCH', at('configmaps', 'one'), operations, 'application/json-patch+json');
        expect(valueAt(operated.body, 'data')).toEqual({ b: '2', d: '4' });
        const failing = [{ op: 'test', path: '/data/b', value: 'no' }];
        expect(status(await send('PATCH', at('configmaps', 'one'), failing, 'application/json-patch+json'))).toEqual(
          failure(422, 'Invalid'),
        );
        expect((await send('PATCH', at('configmaps', 'one'), {}, 'text/plain')).status).toBe(415);
        expect(status(await send('PATCH', at('configmaps', 'none'), {}, 'application/merge-patch+json'))).toEqual(
          failure(404, 'NotFound'),
        );
        const stale = { metadata: { resourceVersion: '1' }, data: { z: '1' } };
        expect(status(await send('PATCH', at('configmaps', 'one'), stale, 'application/merge-patch+json'))).toEqual(
          failure(409, 'Conflict'),
        );

        await send('POST', at('deployments'), deployment('web'));
        const template = {
          spec: {
            template: {
              spec: {
                containers: [
                  { name: 'a', image: 'x:2' },
                  { name: 'c', image: 'z:1' },
                ],
              },
            },
          },
        };
        const strategic = await send(
          'PATCH',
          at('deployments', 'web'),
          template,
          'application/strategic-merge-patch+json',
        );
        const containers = valueAt(strategic.body, 'spec.template.spec.containers') as {
          name: string;
          image: string;
        }[];
        expect(Object.fromEntries(containers.map(({ name, image }) => [name, image]))).toEqual({ a: 'x:2', c: 'z:1' });
      });

      it('applies by server: creates, merges, notes the manager', async () => {
        await newNamespace();
        const path = `${at('configmaps', 'one')}?fieldManager=tester&force=true`;
        const apply = (data: Record<string, string>) =>
          send('PATCH', path, configMap('one', data), 'application/apply-patch+yaml');
        expect((await apply({ a: '1' })).status).toBe(201);
        const second = await apply({ a: '2' });
        expect(second.status).toBe(200);
        expect(valueAt(second.body, 'data')).toEqual({ a: '2' });
        const managers = valueAt(second.body, 'metadata.managedFields') as { manager: string; operation: string }[];
        expect(managers.map(({ manager, operation }) => `${operation} ${manager}`)).toEqual(['Apply tester']);
      });

      it('keeps status apart, counts generations by spec', async () => {
        await newNamespace();
        const made = (await send('POST', at('deployments'), { ...deployment('web'), status: { replicas: 9 } }))
          .body as KubeObject;
        expect(valueAt(made, 'status.replicas')).toBeUndefined();
        expect(made.metadata.generation).toBe(1);
        const patched = await send(
          'PATCH',
          at('deployments', 'web', 'status'),
          { status: { replicas: 2 }, spec: { replicas: 7 } },
          'application/merge-patch+json',
        );
        expect(valueAt(patched.body, 'status.replicas')).toBe(2);
        expect(valueAt(patched.body, 'spec.replicas')).toBe(1);
        expect(valueAt(patched.body, 'metadata.generation')).toBe(1);
        const scaled = await send(
          'PATCH',
          at('deployments', 'web'),
          { spec: { replicas: 3 }, status: { replicas: 5 } },
          'application/merge-patch+json',
        );
        expect(valueAt(scaled.body, 'metadata.generation')).toBe(2);
        expect(valueAt(scaled.body, 'status.replicas')).toBe(2);
        const selector = { spec: { selector: { matchLabels: { app: 'other' } } } };
        expect(status(await send('PATCH', at('deployments', 'web'), selector, 'application/merge-patch+json'))).toEqual(
          failure(422, 'Invalid'),
        );
      });

      it('scales through the subresource', async () => {
        await newNamespace();
        await send('POST', at('deployments'), deployment('web'));
        const before = await send('GET', at('deployments', 'web', 'scale'));
        expect(before.body).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 } });
        const after = await send(
          'PATCH',
          at('deployments', 'web', 'scale'),
          { spec: { replicas: 4 } },
          'application/merge-patch+json',
        );
        expect(valueAt(after.body, 'spec.replicas')).toBe(4);
        expect(valueAt((await send('GET', at('deployments', 'web'))).body, 'spec.replicas')).toBe(4);
      });
    });

    describe('delete', () => {
      it('answers a Status, or the object where the kind returns it', async () => {
        await newNamespace();
        const made = (await send('POST', at('configmaps'), configMap('one'))).body as KubeObject;
        const gone = await send('DELETE', at('configmaps', 'one'));
        expect(gone).toMatchObject({
          status: 200,
          body: {
            kind: 'Status',
            status: 'Success',
            details: { name: 'one', kind: 'configmaps', uid: made.metadata.uid },
          },
        });
        expect(status(await send('DELETE', at('configmaps', 'one')))).toEqual(failure(404, 'NotFound'));
        await send('POST', at('pods'), pod('loose'));
        expect(await send('DELETE', at('pods', 'loose'))).toMatchObject({ status: 200, body: { kind: 'Pod' } });
        expect((await send('GET', at('pods', 'loose'))).status).toBe(404);
      });

      it('lets a bound pod end in its time, then takes it away', async () => {
        await newNamespace();
        await send('POST', at('pods'), pod('bound', { nodeName: 'somewhere', terminationGracePeriodSeconds: 7 }));
        const going = await send('DELETE', at('pods', 'bound'));
        expect(valueAt(going.body, 'metadata.deletionTimestamp')).toMatch(/Z$/);
        expect(valueAt(going.body, 'metadata.deletionGracePeriodSeconds')).toBe(7);
        expect((await send('GET', at('pods', 'bound'))).status).toBe(200);
        await send('DELETE', at('pods', 'bound'), { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
        expect((await send('GET', at('pods', 'bound'))).status).toBe(404);
      });

      it('respects preconditions and finalizers', async () => {
        await newNamespace();
        await send('POST', at('configmaps'), {
          ...configMap('one'),
          metadata: { name: 'one', namespace: ns, finalizers: ['test.example/hold'] },
        });
        const wrong = {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          preconditions: { uid: '00000000-0000-0000-0000-000000000000' },
        };
        expect(status(await send('DELETE', at('configmaps', 'one'), wrong))).toEqual(failure(409, 'Conflict'));
        await send('DELETE', at('configmaps', 'one'));
        expect(valueAt((await send('GET', at('configmaps', 'one'))).body, 'metadata.deletionTimestamp')).toBeDefined();
        await send(
          'PATCH',
          at('configmaps', 'one'),
          { metadata: { finalizers: null } },
          'application/merge-patch+json',
        );
        expect((await send('GET', at('configmaps', 'one'))).status).toBe(404);
      });

      it('deletes a collection by selector', async () => {
        await newNamespace();
        await send('POST', at('configmaps'), configMap('a', {}, { go: 'yes' }));
        await send('POST', at('configmaps'), configMap('b'));
        expect((await send('DELETE', `${at('configmaps')}?labelSelector=go%3Dyes`)).status).toBe(200);
        const { items } = await api.client.list(resourceNamed('configmaps'), ns);
        expect(items.map((item) => item.metadata.name)).toEqual(['b']);
      });

      it('ends a namespace in two steps and lets nothing new in meanwhile', async () => {
        await newNamespace();
        const ended = await send('DELETE', `/api/v1/namespaces/${ns}`);
        expect(valueAt(ended.body, 'status.phase')).toBe('Terminating');
        expect(status(await send('POST', at('configmaps'), configMap('late')))).toEqual(failure(403, 'Forbidden'));
        const current = (await send('GET', `/api/v1/namespaces/${ns}`)).body as KubeObject;
        await send('PUT', `/api/v1/namespaces/${ns}/finalize`, { ...current, spec: { finalizers: [] } });
        expect((await send('GET', `/api/v1/namespaces/${ns}`)).status).toBe(404);
      });
    });

    describe('watch', () => {
      const versionOf = async (plural: string) => (await api.client.list(resourceNamed(plural), ns)).resourceVersion;

      it('tells every change after a version, in order, each with a greater version', async () => {
        await newNamespace();
        const from = await versionOf('configmaps');
        const watch = await WatchLines.open(api.client, 'configmaps', ns, { resourceVersion: from });
        await send('POST', at('configmaps'), configMap('a', { x: '1' }));
        await send('PATCH', at('configmaps', 'a'), { data: { x: '2' } }, 'application/merge-patch+json');
        await send('DELETE', at('configmaps', 'a'));
        expect(await watch.take(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
        const versions = watch.events.map(({ object }) => Number(object.metadata.resourceVersion));
        expect([...versions].sort((a, b) => a - b)).toEqual(versions);
        expect(new Set(versions).size).toBe(3);
        watch.close();
        const again = await WatchLines.open(api.client, 'configmaps', ns, { resourceVersion: String(versions[0]) });
        expect(await again.take(2)).toEqual(['MODIFIED a', 'DELETED a']);
        again.close();
      });

      it('begins with what is there when no version is given', async () => {
        await newNamespace();
        await send('POST', at('configmaps'), configMap('a'));
        const watch = await WatchLines.open(api.client, 'configmaps', ns, {});
        expect(await watch.take(1)).toEqual(['ADDED a']);
        watch.close();
      });

      it('turns what enters and leaves a selector into ADDED and DELETED', async () => {
        await newNamespace();
        const resourceVersion = await versionOf('configmaps');
        const watch = await WatchLines.open(api.client, 'configmaps', ns, { resourceVersion, labelSelector: 'in=yes' });
        await send('POST', at('configmaps'), configMap('a'));
        const label = (value: string | null) =>
          send('PATCH', at('configmaps', 'a'), { metadata: { labels: { in: value } } }, 'application/merge-patch+json');
        await label('yes');
        await send('PATCH', at('configmaps', 'a'), { data: { x: '1' } }, 'application/merge-patch+json');
        await label(null);
        expect(await watch.take(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
        watch.close();
      });

      it('watches by field: the pods of one node', async () => {
        await newNamespace();
        const resourceVersion = await versionOf('pods');
        const watch = await WatchLines.open(api.client, 'pods', ns, {
          resourceVersion,
          fieldSelector: 'spec.nodeName=here',
        });
        await send('POST', at('pods'), pod('elsewhere', { nodeName: 'there' }));
        await send('POST', at('pods'), pod('ours', { nodeName: 'here' }));
        expect(await watch.take(1)).toEqual(['ADDED ours']);
        watch.close();
      });

      it('ends the initial state with a bookmark when asked', async () => {
        await newNamespace();
        await send('POST', at('configmaps'), configMap('a'));
        const watch = await WatchLines.open(api.client, 'configmaps', ns, {
          sendInitialEvents: 'true',
          resourceVersionMatch: 'NotOlderThan',
          allowWatchBookmarks: 'true',
        });
        expect(await watch.take(1)).toEqual(['ADDED a']);
        await expect.poll(() => watch.events.at(-1)?.type, { timeout: 10_000 }).toBe('BOOKMARK');
        const last = watch.events.at(-1)?.object;
        expect(last?.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
        expect(last?.kind).toBe('ConfigMap');
        watch.close();
      });

      it('says 410 Gone for a version that is too old, in the stream', async () => {
        await newNamespace();
        await api.forgetHistory();
        // A kind that a real server reads from etcd each time, not from a cache of its own.
        const watch = await WatchLines.open(api.client, 'events', ns, { resourceVersion: '1' });
        expect(watch.status).toBe(200);
        expect(await watch.take(1)).toEqual(['ERROR 410']);
        expect(watch.events[0]?.object.reason).toBe('Expired');
        watch.close();
      });
    });

    describe('kinds with rules of their own', () => {
      const service = (name: string, spec: Record<string, unknown>): KubeObject => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: ns },
        spec: { ports: [{ port: 80 }], ...spec },
      });

      it('gives Services addresses, families and node ports', async () => {
        await newNamespace();
        const plain = await send('POST', at('services'), service('plain', { selector: { a: 'b' } }));
        expect(valueAt(plain.body, 'spec.clusterIP')).toMatch(/^10\.96\./);
        expect(valueAt(plain.body, 'spec.clusterIPs')).toEqual([valueAt(plain.body, 'spec.clusterIP')]);
        expect(valueAt(plain.body, 'spec.ipFamilies')).toEqual(['IPv4']);
        expect(valueAt(plain.body, 'spec.ports')).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
        const headless = await send(
          'POST',
          at('services'),
          service('headless', { clusterIP: 'None', selector: { a: 'b' } }),
        );
        expect(valueAt(headless.body, 'spec.clusterIPs')).toEqual(['None']);
        const six = await send(
          'POST',
          at('services'),
          service('six', { ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }),
        );
        expect(valueAt(six.body, 'spec.clusterIP')).toMatch(/^fd00:10:96::/);
        const dual = await send('POST', at('services'), service('dual', { ipFamilyPolicy: 'RequireDualStack' }));
        expect(valueAt(dual.body, 'spec.ipFamilies')).toEqual(['IPv4', 'IPv6']);
        const node = await send('POST', at('services'), service('node', { type: 'NodePort' }));
        const nodePort = Number(valueAt((valueAt(node.body, 'spec.ports') as unknown[])[0], 'nodePort'));
        expect(nodePort).toBeGreaterThanOrEqual(30_000);
        expect(nodePort).toBeLessThanOrEqual(32_767);
        const taken = service('taken', { type: 'NodePort', ports: [{ port: 80, nodePort }] });
        expect(status(await send('POST', at('services'), taken))).toEqual(failure(422, 'Invalid'));
        const same = service('same', { clusterIP: valueAt(plain.body, 'spec.clusterIP') });
        expect(status(await send('POST', at('services'), same))).toEqual(failure(422, 'Invalid'));
      });

      it('keeps a Service its address over an update that does not name it', async () => {
        await newNamespace();
        const made = (await send('POST', at('services'), service('plain', {}))).body as KubeObject;
        const updated = await send('PUT', at('services', 'plain'), service('plain', { ports: [{ port: 81 }] }));
        expect(valueAt(updated.body, 'spec.clusterIP')).toBe(valueAt(made, 'spec.clusterIP'));
      });

      it('encodes stringData, names a Secret’s type', async () => {
        await newNamespace();
        const secret = {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's', namespace: ns },
          stringData: { token: 'x' },
        };
        const made = await send('POST', at('secrets'), secret);
        expect(made.body).toMatchObject({ data: { token: 'eA==' }, type: 'Opaque' });
        expect(made.body).not.toHaveProperty('stringData');
      });

      it.each([
        [
          'a Deployment whose template has other labels',
          'deployments',
          () => ({
            ...deployment('web'),
            spec: { ...(deployment('web').spec as object), selector: { matchLabels: { app: 'x' } } },
          }),
        ],
        ['a pod without containers', 'pods', () => ({ ...pod('p'), spec: { containers: [] } })],
        ['a Service without ports', 'services', () => service('s', { ports: [] })],
      ])('refuses %s', async (_what, plural, object) => {
        await newNamespace();
        expect(status(await send('POST', at(plural), object()))).toEqual(failure(422, 'Invalid'));
      });

      it('fills in what readers of pods and Deployments rely on', async () => {
        await newNamespace();
        const made = await send('POST', at('deployments'), deployment('web'));
        expect(made.body).toMatchObject({
          spec: {
            replicas: 1,
            strategy: { type: 'RollingUpdate' },
            template: { spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' } },
          },
        });
        const one = await send(
          'POST',
          at('pods'),
          pod('p', { containers: [{ name: 'a', image: 'x:1', ports: [{ containerPort: 80 }] }] }),
        );
        expect(one.body).toMatchObject({
          spec: {
            serviceAccountName: 'default',
            restartPolicy: 'Always',
            containers: [{ ports: [{ containerPort: 80, protocol: 'TCP' }], imagePullPolicy: 'IfNotPresent' }],
          },
          status: { phase: 'Pending' },
        });
      });
    });

    describe('who may do what', () => {
      const bind = async (account: string, rules: unknown[]) => {
        const role = `${ns}-${account}`;
        const rbac = 'rbac.authorization.k8s.io';
        await api.client.create({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: role }, rules });
        await api.client.create({
          apiVersion: `${rbac}/v1`,
          kind: 'ClusterRoleBinding',
          metadata: { name: role },
          roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
          subjects: [{ kind: 'ServiceAccount', name: account, namespace: ns }],
        });
      };
      const tokenOf = async (account: string) => {
        const request = {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { expirationSeconds: 3600 },
        };
        const answer = await send('POST', at('serviceaccounts', account, 'token'), request);
        expect(answer.status).toBe(201);
        return String(valueAt(answer.body, 'status.token'));
      };
      const eventually = (read: () => Promise<KubeResponse>, code: number) =>
        expect.poll(async () => (await read()).status, { timeout: 10_000 }).toBe(code);

      it('knows nobody without a token and refuses a wrong one', async () => {
        await newNamespace();
        const response = await api.as('wrong').send('GET', at('pods'));
        expect(status(response)).toEqual(failure(401, 'Unauthorized'));
      });

      it('gives a service account what RBAC grants, and no more', async () => {
        await newNamespace();
        const account = api.as(await tokenOf('default'));
        const refused = await account.send('GET', at('pods'));
        expect(status(refused)).toEqual(failure(403, 'Forbidden'));
        expect(valueAt(refused.body, 'message')).toBe(
          `pods is forbidden: User "system:serviceaccount:${ns}:default" cannot list resource "pods" in API group "" in the namespace "${ns}"`,
        );
        const review = {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { verb: 'list', resource: 'pods', namespace: ns } },
        };
        const ask = () => account.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
        expect(valueAt((await ask()).body, 'status.allowed')).toBe(false);
        await bind('default', [
          { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
          { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get', 'patch'] },
        ]);
        await eventually(() => account.send('GET', at('pods')), 200);
        expect(valueAt((await ask()).body, 'status.allowed')).toBe(true);
        expect((await account.send('GET', '/api/v1/pods')).status).toBe(200);
        expect((await account.send('POST', at('pods'), pod('p'))).status).toBe(403);
        expect((await account.send('GET', at('secrets', 'mine'))).status).toBe(404);
        expect((await account.send('GET', at('secrets', 'other'))).status).toBe(403);
        expect((await account.send('GET', at('secrets'))).status).toBe(403);
        expect((await account.send('GET', '/apis/apps/v1')).status).toBe(200);
      });

      it('refuses the token of an account that is gone', async () => {
        await newNamespace();
        const account = api.as(await tokenOf('default'));
        await send('DELETE', at('serviceaccounts', 'default'));
        await eventually(() => account.send('GET', at('pods')), 401);
      });
    });

    describe('clients of others', () => {
      it('answers health, version and discovery', async () => {
        expect((await send('GET', '/readyz')).body).toBe('ok');
        expect(valueAt((await send('GET', '/version')).body, 'major')).toBe('1');
        const core = await send('GET', '/api/v1');
        const names = (valueAt(core.body, 'resources') as { name: string }[]).map(({ name }) => name);
        expect(names).toEqual(expect.arrayContaining(['pods', 'pods/status', 'secrets', 'namespaces']));
        const groups = (valueAt((await send('GET', '/apis')).body, 'groups') as { name: string }[]).map(
          ({ name }) => name,
        );
        expect(groups).toEqual(expect.arrayContaining(['apps', 'batch', 'discovery.k8s.io', 'networking.k8s.io']));
      });

      it('has its own objects: namespaces, and the Service that leads to it', async () => {
        const read = async () =>
          valueAt((await send('GET', '/api/v1/namespaces/default/services/kubernetes')).body, 'spec.clusterIP');
        await expect.poll(read, { timeout: 20_000 }).toBe('10.96.0.1');
        expect(valueAt((await send('GET', '/api/v1/namespaces/kube-system')).body, 'metadata.uid')).toMatch(
          /^[0-9a-f-]{36}$/,
        );
      });

      it('serves the official JavaScript client: objects and informer', async () => {
        await newNamespace();
        const config = new KubeConfig();
        const { host, port, certificateAuthority, token } = api.endpoint;
        config.loadFromString(renderKubeconfig(`https://${host}:${port}`, certificateAuthority, token, ns));
        const objects = KubernetesObjectApi.makeApiClient(config);
        await objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from-client', namespace: ns } });
        const core = config.makeApiClient(CoreV1Api);
        const seen: string[] = [];
        const informer = makeInformer(config, `/api/v1/namespaces/${ns}/configmaps`, () =>
          core.listNamespacedConfigMap({ namespace: ns }),
        );
        informer.on('add', (object) => seen.push(`add ${object.metadata?.name}`));
        informer.on('delete', (object) => seen.push(`delete ${object.metadata?.name}`));
        await informer.start();
        await send('POST', at('configmaps'), configMap('later'));
        await send('DELETE', at('configmaps', 'later'));
        await expect
          .poll(() => seen.filter((line) => !line.includes('kube-root-ca')), { timeout: 10_000 })
          .toEqual(['add from-client', 'add later', 'delete later']);
        await informer.stop();
      });
    });
  });
});
