import { expect, it } from 'vitest';
import type { KubeObject } from '../kube/objects.ts';
import type { Pod } from '../kube/types.ts';
import { sliceContent } from './endpoint-slices.ts';

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'database', namespace: 'bank' },
  spec: {
    ports: [
      { name: 'sql', port: 5432, protocol: 'TCP', targetPort: 'postgres' },
      { name: 'raw', port: 9, targetPort: 99 },
    ],
  },
};
const pod = (name: string, ready: boolean, more: Partial<Pod['metadata']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'bank', uid: name, ...more },
  spec: {
    nodeName: 'n',
    hostname: name,
    subdomain: 'database',
    containers: [{ name: 'c', ports: [{ name: 'postgres', containerPort: 6000 }] }],
  },
  status: {
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});

it('resolves named ports, keeps families apart, names hosts of a StatefulSet', () => {
  const four = sliceContent(service, [pod('database-0', true)], 'IPv4');
  expect(four.ports).toEqual([
    { name: 'sql', port: 6000, protocol: 'TCP' },
    { name: 'raw', port: 99, protocol: 'TCP' },
  ]);
  expect(four.endpoints[0]).toMatchObject({
    addresses: ['10.0.0.1'],
    hostname: 'database-0',
    conditions: { ready: true },
  });
  expect(sliceContent(service, [pod('database-0', true)], 'IPv6').endpoints[0]).toMatchObject({
    addresses: ['fd00::1'],
  });
});

it('lists the unready as unready, the going as terminating', () => {
  const { endpoints } = sliceContent(
    service,
    [pod('a', false), pod('b', true, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    'IPv4',
  );
  expect(endpoints.map(({ conditions }) => conditions)).toEqual([
    { ready: false, serving: false, terminating: false },
    { ready: false, serving: true, terminating: true },
  ]);
});
