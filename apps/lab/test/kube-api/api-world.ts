import { afterAll, beforeAll } from 'vitest';
import { type KubeResponse, pathOf } from '../../src/kube/client.ts';
import { resourceNamed } from '../../src/kube/cluster.ts';
import { type KubeObject, valueAt } from '../../src/kube/objects.ts';
import { type ApiUnderTest, startApiUnderTest } from '../api-under-test.ts';

/** One server for all suites, with objects to make in it. Call it within a describe. `assets`: of a real kube-apiserver; the built-in one without. */
export function createApiWorld(assets: string | undefined) {
  let api: ApiUnderTest;
  let counter = 0;
  /** A namespace of its own for each test. */
  let ns = '';

  beforeAll(async () => {
    api = await startApiUnderTest(assets);
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
  return {
    newNamespace,
    configMap,
    pod,
    deployment,
    at,
    send,
    get api() {
      return api;
    },
    get ns() {
      return ns;
    },
  };
}
export type ApiWorld = ReturnType<typeof createApiWorld>;

export const status = ({ status: code, body }: KubeResponse) => ({
  code,
  kind: valueAt(body, 'kind'),
  reason: valueAt(body, 'reason'),
});
export const failure = (code: number, reason: string) => ({ code, kind: 'Status', reason });
