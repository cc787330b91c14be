import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Kubectl } from './kubectl.ts';

const Traces = z.object({
  attached: z.array(z.string()),
  qdiscs: z.array(z.string()),
  tables: z.array(z.string()),
  pins: z.array(z.string()),
  state: z.array(z.string()),
  mounts: z.array(z.string()),
});
/** What an agent has in a node's kernel and on its disk; see `app/inspect.mjs`. */
export type Traces = z.infer<typeof Traces>;

const SCRIPT = readFileSync(join(import.meta.dirname, 'app/inspect.mjs'), 'utf8');

/** A pod on each node that looks at the node, for {@link inspectNodes}. */
export function inspectorObjects(namespace: string, image: string): object[] {
  const labels = { app: 'inspector' };
  const container = {
    name: 'inspector',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '-e', 'setInterval(() => {}, 1e9)'],
    securityContext: { privileged: true },
    volumeMounts: [
      { name: 'program', mountPath: '/app' },
      { name: 'bpf', mountPath: '/sys/fs/bpf', mountPropagation: 'HostToContainer' },
      { name: 'lib', mountPath: '/host/var/lib', readOnly: true },
    ],
  };
  const spec = {
    hostNetwork: true,
    hostPID: true,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [container],
    volumes: [
      { name: 'program', configMap: { name: 'inspect' } },
      { name: 'bpf', hostPath: { path: '/sys/fs/bpf' } },
      { name: 'lib', hostPath: { path: '/var/lib' } },
    ],
  };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inspect', namespace }, data: { 'inspect.mjs': SCRIPT } },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'inspector', namespace },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
}

/** @returns node → what is there. */
export async function inspectNodes(kubectl: Kubectl, namespace: string): Promise<Record<string, Traces>> {
  const pods = (await kubectl.list('pods', namespace)).filter(({ metadata }) => metadata.labels?.app === 'inspector');
  const found = await Promise.all(
    pods.map(async ({ metadata, spec }) => {
      const text = await kubectl.run(['-n', namespace, 'exec', metadata.name, '--', 'node', '/app/inspect.mjs']);
      return [String(spec.nodeName), Traces.parse(JSON.parse(text))] as const;
    }),
  );
  return Object.fromEntries(found);
}
