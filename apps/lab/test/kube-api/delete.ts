import { describe, expect, it } from 'vitest';
import { resourceNamed } from '../../src/kube/cluster.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { valueAt } from '../../src/kube/objects.ts';
import { type ApiWorld, failure, status } from './api-world.ts';

/** Deleting objects and what they own. */
export function deletionsSuite(world: ApiWorld): void {
  const { newNamespace, configMap, pod, at, send } = world;
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
        metadata: { name: 'one', namespace: world.ns, finalizers: ['test.example/hold'] },
      });
      const wrong = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        preconditions: { uid: '00000000-0000-0000-0000-000000000000' },
      };
      expect(status(await send('DELETE', at('configmaps', 'one'), wrong))).toEqual(failure(409, 'Conflict'));
      await send('DELETE', at('configmaps', 'one'));
      expect(valueAt((await send('GET', at('configmaps', 'one'))).body, 'metadata.deletionTimestamp')).toBeDefined();
      await send('PATCH', at('configmaps', 'one'), { metadata: { finalizers: null } }, 'application/merge-patch+json');
      expect((await send('GET', at('configmaps', 'one'))).status).toBe(404);
    });

    it('deletes a collection by selector', async () => {
      await newNamespace();
      await send('POST', at('configmaps'), configMap('a', {}, { go: 'yes' }));
      await send('POST', at('configmaps'), configMap('b'));
      expect((await send('DELETE', `${at('configmaps')}?labelSelector=go%3Dyes`)).status).toBe(200);
      const { items } = await world.api.client.list(resourceNamed('configmaps'), world.ns);
      expect(items.map((item) => item.metadata.name)).toEqual(['b']);
    });

    it('ends a namespace in two steps and lets nothing new in meanwhile', async () => {
      await newNamespace();
      const ended = await send('DELETE', `/api/v1/namespaces/${world.ns}`);
      expect(valueAt(ended.body, 'status.phase')).toBe('Terminating');
      expect(status(await send('POST', at('configmaps'), configMap('late')))).toEqual(failure(403, 'Forbidden'));
      const current = (await send('GET', `/api/v1/namespaces/${world.ns}`)).body as KubeObject;
      await send('PUT', `/api/v1/namespaces/${world.ns}/finalize`, { ...current, spec: { finalizers: [] } });
      expect((await send('GET', `/api/v1/namespaces/${world.ns}`)).status).toBe(404);
    });
  });
}
