import { arch, cpus, release, totalmem } from 'node:os';
import type { KubeClient } from './kube/client.ts';
import type { KubeObject } from './kube/objects.ts';
import { ADDRESSES } from './network/addresses.ts';

/** Registers the lab's node with the API, as its kubelet would. */
export async function writeNode(client: KubeClient, name: string): Promise<void> {
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  const node: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
      },
    },
    spec: { podCIDR: ADDRESSES.pods.ipv4, podCIDRs: [ADDRESSES.pods.ipv4, ADDRESSES.pods.ipv6] },
  };
  await client.apply(node);
  const capacity = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '250' };
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await client.patch(
    node,
    {
      status: {
        addresses: [
          { type: 'InternalIP', address: ADDRESSES.node.ipv4 },
          { type: 'InternalIP', address: ADDRESSES.node.ipv6 },
          { type: 'Hostname', address: name },
        ],
        capacity,
        allocatable: capacity,
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'KubeletReady',
            message: 'the lab runs',
            lastHeartbeatTime: now,
            lastTransitionTime: now,
          },
        ],
        nodeInfo: {
          architecture,
          bootID: '',
          containerRuntimeVersion: 'margay-lab://1',
          kernelVersion: release(),
          kubeProxyVersion: '',
          kubeletVersion: 'v1.34.0-margay-lab',
          machineID: '',
          operatingSystem: 'linux',
          osImage: 'Margay lab',
          systemUUID: '',
        },
      },
    },
    'status',
  );
}
