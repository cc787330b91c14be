import { CREDENTIAL_SECRET, labelsOf, NAMESPACE, NODE_NAME } from './names.ts';
import { commonEnv, dnsPolicy } from './pod-parts.ts';

const STATE_DIR = '/var/lib/margay';
const CREDENTIAL_DIR = '/etc/margay/credential';
const BPF_DIR = '/sys/fs/bpf';

/** One pod a node that observes the node's pods from outside them. */
export function nodeDaemonSet(input: { consoleUrl: string; image: string }) {
  const labels = labelsOf('node');
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NODE_NAME, namespace: NAMESPACE, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: {
        metadata: {
          labels,
          // The runtimes' default profile forbids writing below /sys/fs/bpf. The annotation is understood by every version, the field is not.
          annotations: { 'container.apparmor.security.beta.kubernetes.io/agent': 'unconfined' },
        },
        spec: {
          serviceAccountName: NODE_NAME,
          hostNetwork: true,
          hostPID: true,
          dnsPolicy: dnsPolicy(input.consoleUrl),
          terminationGracePeriodSeconds: 10,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          containers: [container(input)],
          volumes: [
            { name: 'bpf', hostPath: { path: BPF_DIR, type: 'DirectoryOrCreate' } },
            { name: 'state', hostPath: { path: STATE_DIR, type: 'DirectoryOrCreate' } },
            // Nodes may start before the cluster is enrolled: they spool until the credential appears here.
            { name: 'credential', secret: { secretName: CREDENTIAL_SECRET, optional: true, defaultMode: 0o400 } },
          ],
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
    args: ['node'],
    env: [
      ...commonEnv(input.consoleUrl),
      { name: 'MARGAY_STATE_DIR', value: STATE_DIR },
      { name: 'MARGAY_CREDENTIAL_DIR', value: CREDENTIAL_DIR },
    ],
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '384Mi' } },
    securityContext: {
      runAsUser: 0,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: CAPABILITIES },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      // A BPF file system that the node mounts later must show here too.
      { name: 'bpf', mountPath: BPF_DIR, mountPropagation: 'HostToContainer' },
      { name: 'state', mountPath: STATE_DIR },
      { name: 'credential', mountPath: CREDENTIAL_DIR, readOnly: true },
    ],
  };
}

/**
 * Not privileged. BPF and PERFMON load and read programs (kernel 5.8 on), NET_ADMIN attaches them and reads conntrack, SYS_ADMIN
 * enters pods' network namespaces and stands for the first two on older kernels, SYS_PTRACE finds those namespaces below /proc.
 */
const CAPABILITIES = ['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE'];
