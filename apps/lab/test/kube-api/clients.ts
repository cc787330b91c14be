import { CoreV1Api, KubeConfig, KubernetesObjectApi, makeInformer } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/kube/objects.ts';
import { renderKubeconfig } from '../../src/kubelet/service-account.ts';
import type { ApiWorld } from './api-world.ts';

/** Clients that others wrote. */
export function clientsSuite(world: ApiWorld): void {
  const { newNamespace, configMap, at, send } = world;
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
      const { host, port, certificateAuthority, token } = world.api.endpoint;
      config.loadFromString(renderKubeconfig(`https://${host}:${port}`, certificateAuthority, token, world.ns));
      const objects = KubernetesObjectApi.makeApiClient(config);
      await objects.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'from-client', namespace: world.ns },
      });
      const core = config.makeApiClient(CoreV1Api);
      const seen: string[] = [];
      const informer = makeInformer(config, `/api/v1/namespaces/${world.ns}/configmaps`, () =>
        core.listNamespacedConfigMap({ namespace: world.ns }),
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
}
