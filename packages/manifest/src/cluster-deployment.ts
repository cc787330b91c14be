import { createHash } from 'node:crypto';
import { CLUSTER_NAME, INSTALL_TOKEN_SECRET, labelsOf, NAMESPACE } from './names.ts';
import { commonEnv, dnsPolicy } from './pod-parts.ts';

/** One pod that enrols, writes the credential and uploads inventory. On the host network, so that no pod policy cuts it from the API server. */
export function clusterDeployment(input: { consoleUrl: string; image: string; token: string | null }) {
  const labels = labelsOf('cluster');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: CLUSTER_NAME, namespace: NAMESPACE, labels },
    spec: {
      replicas: 1,
      // Two at once would both upload inventory.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: annotations(input.token) },
        spec: {
          serviceAccountName: CLUSTER_NAME,
          hostNetwork: true,
          dnsPolicy: dnsPolicy(input.consoleUrl),
          terminationGracePeriodSeconds: 10,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // The agent must be able to start in a cluster whose network or nodes are not ready yet.
          tolerations: [{ operator: 'Exists' }],
          containers: [container(input)],
        },
      },
    },
  };
}

function container(input: { consoleUrl: string; image: string }) {
  return {
    name: 'agent',
    image: input.image,
    imagePullPolicy: 'IfNotPresent',
    args: ['cluster'],
    env: [
      ...commonEnv(input.consoleUrl),
      {
        name: 'MARGAY_INSTALL_TOKEN',
        valueFrom: { secretKeyRef: { name: INSTALL_TOKEN_SECRET, key: 'token', optional: true } },
      },
    ],
    resources: { requests: { cpu: '10m', memory: '96Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** A new token must restart the pod, which reads it from its environment; the mark says that it changed and not what it is. */
function annotations(token: string | null): Record<string, string> {
  if (token === null) return {};
  return { 'margay.io/install-token-mark': createHash('sha256').update(token).digest('hex').slice(0, 16) };
}
