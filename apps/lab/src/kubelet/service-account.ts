import { KubeError } from '../kube/client.ts';
import type { ClusterState } from '../kube/cluster.ts';
import { valueAt } from '../kube/objects.ts';
import type { Pod } from '../kube/types.ts';
import type { StateFiles } from '../machine/files.ts';
import { ADDRESSES } from '../network/addresses.ts';

const TOKEN_LIFETIME_SECONDS = 7 * 86_400;

export interface AccountFiles {
  readonly directory: string;
  readonly kubeconfig: string;
}

/** Writes what a pod needs to speak to the API: token, CA and namespace as Kubernetes mounts them, and a kubeconfig with the same. */
export async function writeServiceAccount(
  state: ClusterState,
  files: StateFiles,
  pod: Pod,
  certificateAuthority: string,
): Promise<AccountFiles> {
  const namespace = pod.metadata.namespace ?? 'default';
  const name = pod.spec.serviceAccountName ?? 'default';
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const response = await state.client.send('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_LIFETIME_SECONDS },
  });
  if (response.status >= 300) throw new KubeError(`token of ${namespace}/${name}`, response);
  const token = String(valueAt(response.body, 'status.token'));
  const folder = ['pods', pod.metadata.uid ?? '', 'serviceaccount'];
  files.write([...folder, 'token'], token, 0o600);
  files.write([...folder, 'ca.crt'], certificateAuthority);
  files.write([...folder, 'namespace'], namespace);
  const server = `https://${ADDRESSES.kubernetesService}:443`;
  const kubeconfig = files.write(
    [...folder, 'kubeconfig'],
    renderKubeconfig(server, certificateAuthority, token, namespace),
    0o600,
  );
  return { directory: files.path(...folder), kubeconfig };
}

export function renderKubeconfig(
  server: string,
  certificateAuthority: string,
  token: string,
  namespace: string,
): string {
  const data = Buffer.from(certificateAuthority).toString('base64');
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'lab',
      clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': data } }],
      users: [{ name: 'lab', user: { token } }],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab', namespace } }],
    },
    null,
    2,
  );
}
