import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import { valueAt } from '../../src/kube/objects.ts';
import { type ApiWorld, failure, status } from './api-world.ts';

/** Kinds with rules of their own. */
export function kindsSuite(world: ApiWorld): void {
  const { newNamespace, pod, deployment, at, send } = world;
  describe('kinds with rules of their own', () => {
    const service = (name: string, spec: Record<string, unknown>): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: world.ns },
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
        metadata: { name: 's', namespace: world.ns },
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
}
