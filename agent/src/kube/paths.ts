/** Where each kind is listed, and how people name it (RBAC, `kubectl get`). */
export const PATHS = {
  namespaces: '/api/v1/namespaces',
  pods: '/api/v1/pods',
  services: '/api/v1/services',
  nodes: '/api/v1/nodes',
  'endpointslices.discovery.k8s.io': '/apis/discovery.k8s.io/v1/endpointslices',
  'deployments.apps': '/apis/apps/v1/deployments',
  'statefulsets.apps': '/apis/apps/v1/statefulsets',
  'daemonsets.apps': '/apis/apps/v1/daemonsets',
  'replicasets.apps': '/apis/apps/v1/replicasets',
  'jobs.batch': '/apis/batch/v1/jobs',
  'cronjobs.batch': '/apis/batch/v1/cronjobs',
  'networkpolicies.networking.k8s.io': '/apis/networking.k8s.io/v1/networkpolicies',
} as const;
