import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import { valueAt } from '../../src/kube/objects.ts';
import { type ApiWorld, failure, status } from './api-world.ts';

/** Changing objects, and what stands in the way. */
export function changesSuite(world: ApiWorld): void {
  const { newNamespace, configMap, deployment, at, send } = world;
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
        status(await send('PUT', at('configmaps', 'two'), { ...made, metadata: { name: 'two', namespace: world.ns } })),
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
}
