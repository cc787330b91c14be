import type { Kubectl } from './kubectl.ts';

const KINDS = [
  'namespaces',
  'serviceaccounts',
  'secrets',
  'configmaps',
  'services',
  'pods',
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'jobs',
  'cronjobs',
  'networkpolicies',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'priorityclasses',
  'customresourcedefinitions',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
];

/** Every object of the API server that somebody may make, as `Kind namespace name`, sorted. */
export async function listApiObjects(kubectl: Kubectl): Promise<string[]> {
  const columns = 'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name';
  const text = await kubectl.run(['get', KINDS.join(','), '-A', '--no-headers', '-o', columns]);
  return text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .sort();
}
