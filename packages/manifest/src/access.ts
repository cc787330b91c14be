import { CLUSTER_NAME, CREDENTIAL_READER, CREDENTIAL_SECRET, labelsOf, NAMESPACE, NODE_NAME } from './names.ts';

const READ = ['get', 'list', 'watch'];
const RBAC = 'rbac.authorization.k8s.io';

/** Service accounts and what they may do: read, and for the cluster role write the one Secret that holds the agents' credential. */
export function accessObjects(): object[] {
  return [
    serviceAccount(CLUSTER_NAME, 'cluster'),
    serviceAccount(NODE_NAME, 'node'),
    clusterRole(CLUSTER_NAME, 'cluster', [
      { apiGroups: [''], resources: ['namespaces', 'pods', 'services', 'nodes'], verbs: READ },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
      { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], verbs: READ },
      { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: READ },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: READ },
    ]),
    clusterRole(NODE_NAME, 'node', [
      { apiGroups: [''], resources: ['namespaces', 'pods', 'services', 'nodes'], verbs: READ },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
      // For nodes that enforce.
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: READ },
    ]),
    clusterRoleBinding(CLUSTER_NAME, 'cluster'),
    clusterRoleBinding(NODE_NAME, 'node'),
    // `create` cannot be limited to a name, so the manifest makes the Secret and the agent only fills it.
    ...credentialRole(CREDENTIAL_SECRET, 'cluster', ['get', 'update', 'patch'], CLUSTER_NAME),
    // Nodes mount it as well; kubelets bring what the cluster role wrote only a minute or two later.
    ...credentialRole(CREDENTIAL_READER, 'node', ['get'], NODE_NAME),
  ];
}

const subject = (name: string) => ({ kind: 'ServiceAccount', name, namespace: NAMESPACE });

function serviceAccount(name: string, component: 'cluster' | 'node') {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: NAMESPACE, labels: labelsOf(component) },
  };
}

function clusterRole(name: string, component: 'cluster' | 'node', rules: object[]) {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name, labels: labelsOf(component) }, rules };
}

/** What a service account may do with the one Secret. */
function credentialRole(name: string, component: 'cluster' | 'node', verbs: string[], account: string) {
  const metadata = { name, namespace: NAMESPACE, labels: labelsOf(component) };
  const rules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [CREDENTIAL_SECRET], verbs }];
  const roleRef = { apiGroup: RBAC, kind: 'Role', name };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects: [subject(account)] },
  ];
}

function clusterRoleBinding(name: string, component: 'cluster' | 'node') {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: labelsOf(component) },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects: [subject(name)],
  };
}
