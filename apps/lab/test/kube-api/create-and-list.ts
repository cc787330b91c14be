import { describe, expect, it } from 'vitest';
import { pathOf } from '../../src/kube/client.ts';
import { resourceNamed } from '../../src/kube/cluster.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { valueAt } from '../../src/kube/objects.ts';
import { type ApiWorld, failure, status } from './api-world.ts';

/** Making, reading and listing objects. */
export function objectsSuite(world: ApiWorld): void {
  const { newNamespace, configMap, at, send } = world;
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
      const body = { ...configMap('x'), metadata: { generateName: 'made-', namespace: world.ns } };
      const made = await send('POST', at('configmaps'), body);
      expect(valueAt(made.body, 'metadata.name')).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(status(await send('POST', at('configmaps'), { ...body, metadata: { namespace: world.ns } }))).toEqual(
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
      expect((await send('GET', `/api/v1/namespaces/${world.ns}/nothings`)).status).toBe(404);
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
}
