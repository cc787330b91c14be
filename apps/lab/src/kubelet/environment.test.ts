import { describe, expect, it } from 'vitest';
import type { ClusterState } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { EnvVar, Pod } from '../kube/types.ts';
import { containerEnvironment, translatePath } from './environment.ts';

const objects = new Map<string, KubeObject>([
  ['n/token', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, data: { token: 'bWd0X3g=' } }],
]);
// The two caches that it reads, with a real lookup behind.
const state = {
  secrets: { get: (key: string) => objects.get(key) },
  configMaps: { get: () => undefined },
} as unknown as ClusterState;
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', uid: 'u', labels: { 'a/b': 'c' } },
  spec: { nodeName: 'node-1', hostNetwork: true, containers: [] },
};
const environment = (env: EnvVar[], mounts = new Map<string, string>()) =>
  containerEnvironment(state, pod, { name: 'c', env }, mounts);

describe('containerEnvironment', () => {
  it('resolves fields, Secrets and references', () => {
    expect(
      environment([
        { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a/b']" } } },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'token' } } },
        { name: 'BOTH', value: '$(NODE_NAME)-$(LABEL)-$(UNKNOWN)' },
      ]),
    ).toMatchObject({
      NODE_NAME: 'node-1',
      LABEL: 'c',
      IP: '172.30.0.10',
      TOKEN: 'mgt_x',
      BOTH: 'node-1-c-$(UNKNOWN)',
    });
  });

  it('leaves out what is optional and missing, waits for what is not', () => {
    const reference = { name: 'none', key: 'k' };
    expect(
      environment([{ name: 'X', valueFrom: { secretKeyRef: { ...reference, optional: true } } }]),
    ).not.toHaveProperty('X');
    expect(() => environment([{ name: 'X', valueFrom: { secretKeyRef: reference } }])).toThrow(
      /secret "none" with key "k" not found/,
    );
  });

  it('carries nothing of this process’s own environment but the path', () => {
    process.env.MARGAY_LAB_PROBE = 'leak';
    expect(Object.keys(environment([])).sort()).toEqual([
      'HOME',
      'HOSTNAME',
      'KUBERNETES_SERVICE_HOST',
      'KUBERNETES_SERVICE_PORT',
      'PATH',
    ]);
    delete process.env.MARGAY_LAB_PROBE;
  });
});

describe('translatePath', () => {
  const mounts = new Map([
    ['/etc/margay/credential', '/state/credential'],
    ['/var/lib/margay', '/state/host/var/lib/margay'],
  ]);
  it.each([
    ['/etc/margay/credential', '/state/credential'],
    ['/var/lib/margay/spool', '/state/host/var/lib/margay/spool'],
    ['/var/lib/margay2', '/var/lib/margay2'],
    ['http://x/var/lib/margay', 'http://x/var/lib/margay'],
  ])('%s: %s', (value, expected) => {
    expect(translatePath(value, mounts)).toBe(expected);
  });
});
