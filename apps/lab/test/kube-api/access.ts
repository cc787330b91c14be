import { describe, expect, it } from 'vitest';
import type { KubeResponse } from '../../src/kube/client.ts';
import { valueAt } from '../../src/kube/objects.ts';
import { type ApiWorld, failure, status } from './api-world.ts';

/** Who may do what. */
export function accessSuite(world: ApiWorld): void {
  const { newNamespace, pod, at, send } = world;
  describe('who may do what', () => {
    const bind = async (account: string, rules: unknown[]) => {
      const role = `${world.ns}-${account}`;
      const rbac = 'rbac.authorization.k8s.io';
      await world.api.client.create({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: role }, rules });
      await world.api.client.create({
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: role },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: world.ns }],
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
      const response = await world.api.as('wrong').send('GET', at('pods'));
      expect(status(response)).toEqual(failure(401, 'Unauthorized'));
    });

    it('gives a service account what RBAC grants, and no more', async () => {
      await newNamespace();
      const account = world.api.as(await tokenOf('default'));
      const refused = await account.send('GET', at('pods'));
      expect(status(refused)).toEqual(failure(403, 'Forbidden'));
      expect(valueAt(refused.body, 'message')).toBe(
        `pods is forbidden: User "system:serviceaccount:${world.ns}:default" cannot list resource "pods" in API group "" in the namespace "${world.ns}"`,
      );
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'list', resource: 'pods', namespace: world.ns } },
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
      const account = world.api.as(await tokenOf('default'));
      await send('DELETE', at('serviceaccounts', 'default'));
      await eventually(() => account.send('GET', at('pods')), 401);
    });
  });
}
