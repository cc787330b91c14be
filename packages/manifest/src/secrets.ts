import { CREDENTIAL_SECRET, INSTALL_TOKEN_SECRET, labelsOf, NAMESPACE } from './names.ts';

/**
 * The Secret that the cluster role fills and nodes mount. It is rendered without `data`: a later `kubectl apply` then has
 * no opinion on the fields that the agent wrote (three-way merge and server-side apply alike) and leaves them.
 */
export function credentialSecret() {
  return secret(CREDENTIAL_SECRET, {});
}

/** Buys one enrolment and nothing else. */
export function installTokenSecret(token: string) {
  return secret(INSTALL_TOKEN_SECRET, { stringData: { token } });
}

function secret(name: string, content: object) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE, labels: labelsOf('cluster') },
    type: 'Opaque',
    ...content,
  };
}
