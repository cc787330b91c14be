import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one program serves and whom it calls; see `app/workload.mjs`. */
interface Behaviour {
  readonly tcp?: readonly number[];
  readonly udp?: readonly number[];
  readonly calls?: readonly {
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly protocol?: 'tcp' | 'udp';
    readonly count: number;
    readonly everyMs: number;
  }[];
  /** Ends when its calls are made. */
  readonly exit?: boolean;
}

export interface ApplicationOptions {
  /** Makes its two namespaces the only ones of their names. */
  readonly suffix: string;
  /** Any that has `node` in its PATH and is on every node. */
  readonly image: string;
  /** Something that listens outside the cluster and answers HTTP. */
  readonly outside: { readonly host: string; readonly port: number };
  /** Where the host-network DaemonSet listens on its nodes. */
  readonly hostPort: number;
  /** For how long calls go on, about. */
  readonly seconds: number;
}

const PROGRAM = readFileSync(join(import.meta.dirname, 'app/workload.mjs'), 'utf8');
const READY_FILE = '/tmp/ready';
/** Label of the namespaces of the application, by which a later run finds those of one that was killed. */
export const OURS = 'margay.dev/e2e';
const EVERY_MS = 400;

/**
 * A small application of every kind of workload there is, in two namespaces over two nodes, as Kubernetes objects in the order in which they
 * must become ready: nobody calls what does not listen yet, so that the ledgers hold all that there is.
 */
export function applicationLayers(options: ApplicationOptions): object[][] {
  const { suffix, outside, hostPort } = options;
  const shop = `shop-${suffix}`;
  const data = `data-${suffix}`;
  const count = Math.ceil((options.seconds * 1_000) / EVERY_MS);
  const call = (name: string, host: string, port: number) => ({ name, host, port, count, everyMs: EVERY_MS });
  const db = (index: number) => call(`db-${index}`, `db-${index}.db.${data}.svc.cluster.local`, 5432);
  const make = (parts: PodParts) => podOf(parts, options.image);

  return [
    [...[shop, data].map(namespaceOf), ...[shop, data].map(programOf)],
    [
      headlessService(data, 'db', 5432),
      workload('StatefulSet', data, 'db', {
        replicas: 2,
        serviceName: 'db',
        podManagementPolicy: 'Parallel',
        pod: make({ labels: { app: 'db' }, behaviour: { tcp: [5432] }, ports: [port('postgres', 5432)], spread: true }),
      }),
      service(data, 'cache', { app: 'cache' }, { port: 9000, targetPort: 9000, protocol: 'UDP' }),
      workload('Deployment', data, 'cache', {
        pod: make({ labels: { app: 'cache' }, behaviour: { udp: [9000] }, ports: [port('cache', 9000, 'UDP')] }),
      }),
      workload('Deployment', shop, 'idle', { pod: make({ labels: { app: 'idle' }, behaviour: { tcp: [8080] } }) }),
    ],
    [
      cronJob(
        data,
        'report',
        make({ labels: { app: 'report' }, behaviour: { calls: [{ ...db(0), count: 10 }], exit: true } }),
      ),
      // The Service finds both by the label that they share, and its target port by name: each has its own number.
      service(shop, 'api', { app: 'api' }, { port: 80, targetPort: 'http' }),
      workload('Deployment', shop, 'api', {
        replicas: 2,
        pod: make({
          labels: { app: 'api', track: 'stable' },
          behaviour: { tcp: [8080], calls: [db(0), db(1), call('outside', outside.host, outside.port)] },
          ports: [port('http', 8080)],
          spread: true,
          probe: { tcpSocket: { port: 'http' }, periodSeconds: 3 },
        }),
      }),
      workload('Deployment', shop, 'api-canary', {
        pod: make({
          labels: { app: 'api', track: 'canary' },
          behaviour: { tcp: [8081], calls: [db(0)] },
          ports: [port('http', 8081)],
        }),
      }),
    ],
    [
      workload('DaemonSet', data, 'watcher', {
        pod: make({
          labels: { app: 'watcher' },
          behaviour: { tcp: [hostPort], calls: [call('api', `api.${shop}.svc.cluster.local`, 80)] },
          hostNetwork: true,
        }),
      }),
    ],
    [
      nodePortService(shop, 'frontend'),
      workload('Deployment', shop, 'frontend', {
        replicas: 2,
        pod: make({
          labels: { app: 'frontend' },
          behaviour: {
            tcp: [8080],
            calls: [
              call('api', 'api', 80),
              { ...call('cache', `cache.${data}`, 9000), protocol: 'udp' },
              call('watcher', '$(HOST_IP)', hostPort),
            ],
          },
          ports: [port('http', 8080)],
          spread: true,
        }),
      }),
    ],
  ];
}

/** A pod on one node that makes five connections as soon as it runs. */
export function lateCaller(options: { namespace: string; node: string; image: string; host: string }): object {
  const { namespace, node, image, host } = options;
  const calls = [{ name: 'db-0', host, port: 5432, count: 5, everyMs: EVERY_MS }];
  const { metadata, spec } = podOf({ labels: { app: 'late' }, behaviour: { calls, exit: true } }, image);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: 'late', namespace },
    spec: { ...spec, nodeName: node },
  };
}

interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: object;
}

interface PodParts {
  readonly labels: Record<string, string>;
  readonly behaviour: Behaviour;
  readonly ports?: object[];
  readonly hostNetwork?: boolean;
  /** At most one on each node. */
  readonly spread?: boolean;
  /** Instead of a file that the program writes, which makes no traffic. */
  readonly probe?: object;
}

function podOf({ labels, behaviour, ports, hostNetwork, spread, probe }: PodParts, image: string): PodTemplate {
  const ready = { exec: { command: ['sh', '-c', `test -e ${READY_FILE}`] }, periodSeconds: 1 };
  const apart = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
      ],
    },
  };
  const dns = hostNetwork ? { hostNetwork, dnsPolicy: 'ClusterFirstWithHostNet' } : {};
  return {
    metadata: { labels },
    spec: {
      ...dns,
      ...(spread ? { affinity: apart } : {}),
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      ...(behaviour.exit ? { restartPolicy: 'Never' } : {}),
      containers: [
        {
          name: 'workload',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '/app/workload.mjs', JSON.stringify(behaviour)],
          env: [
            { name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
            { name: 'READY_FILE', value: READY_FILE },
          ],
          ...(ports ? { ports } : {}),
          ...(behaviour.exit ? {} : { readinessProbe: probe ?? ready }),
          volumeMounts: [{ name: 'program', mountPath: '/app' }],
        },
      ],
      volumes: [{ name: 'program', configMap: { name: 'program' } }],
    },
  };
}

function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  namespace: string,
  name: string,
  { pod, ...spec }: { pod: PodTemplate; replicas?: number; serviceName?: string; podManagementPolicy?: string },
): object {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: { ...spec, selector: { matchLabels: pod.metadata.labels }, template: pod },
  };
}

/** Every minute, until the test suspends it. */
function cronJob(namespace: string, name: string, pod: object): object {
  const jobTemplate = { spec: { backoffLimit: 0, template: pod } };
  const spec = { schedule: '* * * * *', concurrencyPolicy: 'Forbid', jobTemplate };
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace }, spec };
}

function service(namespace: string, name: string, selector: object, only: object): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector, ports: [only] } };
}

function headlessService(namespace: string, name: string, number: number): object {
  const spec = { clusterIP: 'None', selector: { app: name }, ports: [{ port: number }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

/** Local: the caller's own address arrives at the pod. */
function nodePortService(namespace: string, name: string): object {
  const ports = [{ port: 80, targetPort: 'http' }];
  const spec = { type: 'NodePort', externalTrafficPolicy: 'Local', selector: { app: name }, ports };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

const namespaceOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { [OURS]: 'true' } },
});

const programOf = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'program', namespace },
  data: { 'workload.mjs': PROGRAM },
});

const port = (name: string, containerPort: number, protocol: 'TCP' | 'UDP' = 'TCP') => ({
  name,
  containerPort,
  protocol,
});
