/** Names that manifest, agent and lab agree on. */
export const NAMESPACE = 'margay';
export const CLUSTER_NAME = 'margay-cluster';
export const NODE_NAME = 'margay-node';
export const CREDENTIAL_SECRET = 'margay-agent-credential';
export const CREDENTIAL_READER = 'margay-agent-credential-reader';
export const INSTALL_TOKEN_SECRET = 'margay-install-token';

/** Labels of one component's objects and pods. */
export function labelsOf(component: 'cluster' | 'node'): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'margay-agent',
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': 'margay',
  };
}
