import { isRecord, type KubeObject } from '../kube/objects.ts';
import type { Objects } from './objects.ts';
import { resourceOfKind } from './resources.ts';

/** What a real API server writes by itself when it starts: its namespaces, the Service `kubernetes` and where it ends. */
export function writeOwnObjects(
  objects: Objects,
  options: { serviceAddress: string; nodeAddress: string; port: number },
): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    create(objects, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  create(objects, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'cluster-admin' },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  });
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  create(objects, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels },
    spec: {
      type: 'ClusterIP',
      clusterIP: options.serviceAddress,
      clusterIPs: [options.serviceAddress],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: options.port }],
    },
  });
  create(objects, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port: options.port, protocol: 'TCP' }],
    endpoints: [{ addresses: [options.nodeAddress], conditions: { ready: true } }],
  });
}

function create(objects: Objects, object: KubeObject): void {
  const resource = resourceOfKind(object.apiVersion, object.kind);
  if (!resource || !isRecord(object)) throw new Error(`the API does not serve ${object.kind}`);
  const namespace = object.metadata.namespace;
  objects.create({ resource, namespace, name: undefined, subresource: undefined }, object, {
    manager: 'kube-apiserver',
    operation: 'Update',
  });
}
