import type { KubeObject } from '../kube/objects.ts';
import { ADDRESSES } from '../network/addresses.ts';
import { DNS_HEALTH_PORT, type Plan, programConfig, type Workload } from './plan.ts';

/** Image of every container of the lab; the lab's kubelet runs its own programs for it. */
export const LAB_IMAGE = 'margay.invalid/lab/program:1';

/** Kubernetes objects of a topology, in waves. */
export interface TopologyManifests {
  /** Namespaces, accounts, DNS' rights, Services. */
  readonly basis: readonly KubeObject[];
  /** Workloads that wait to be called. */
  readonly servers: readonly KubeObject[];
  /** Workloads that call by themselves. */
  readonly drivers: readonly KubeObject[];
  readonly jobs: readonly KubeObject[];
}

export function topologyManifests(plan: Plan): TopologyManifests {
  const namespaces = [...new Set(plan.workloads.map((workload) => workload.namespace))];
  const objectsOf = (wanted: (workload: Workload) => boolean) =>
    plan.workloads.filter(wanted).map((workload) => workloadObject(plan, workload));
  const isJob = ({ kind }: Workload) => kind === 'CronJob';
  const isDriver = ({ steps, program }: Workload) => steps !== undefined || program === 'prober';
  return {
    basis: [
      ...namespaces.map((name): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ...namespaces.map((namespace) => serviceAccount(namespace, 'default')),
      ...plan.workloads.filter((w) => w.serviceAccount).map((w) => serviceAccount(w.namespace, w.serviceAccount ?? '')),
      ...dnsObjects(plan),
      ...plan.workloads.filter((w) => w.service).map(serviceOf),
    ],
    servers: objectsOf((workload) => !isJob(workload) && !isDriver(workload)),
    drivers: objectsOf((workload) => !isJob(workload) && isDriver(workload)),
    jobs: objectsOf(isJob),
  };
}

function serviceAccount(namespace: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

function dnsObjects(plan: Plan): KubeObject[] {
  const rbac = 'rbac.authorization.k8s.io';
  const ports = ['UDP', 'TCP'].map((protocol) => ({
    name: protocol === 'UDP' ? 'dns' : 'dns-tcp',
    port: 53,
    protocol,
    targetPort: plan.dnsPort,
  }));
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'system:coredns' },
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'system:coredns' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:coredns' },
      subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
      spec: { clusterIP: ADDRESSES.clusterDns, selector: { 'k8s-app': 'kube-dns' }, ports },
    },
  ];
}

function serviceOf(workload: Workload): KubeObject {
  const { namespace, name, labels, listen, service } = workload;
  const protocol = listen?.kind === 'datagram' ? 'UDP' : 'TCP';
  // Some name the container's port, some number it: both occur in real clusters.
  const targetPort = workload.role.startsWith('bank/') ? listen?.name : listen?.port;
  const { nodePort } = service ?? {};
  const families =
    service?.family === 'dual'
      ? { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] }
      : { ipFamilyPolicy: 'SingleStack', ipFamilies: [service?.family ?? 'IPv4'] };
  const port = service?.headless ? listen?.port : service?.port;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { ...labels } },
    spec: {
      ...families,
      ...(service?.headless ? { clusterIP: 'None' } : {}),
      ...(nodePort ? { type: 'NodePort', externalTrafficPolicy: nodePort.policy } : { type: 'ClusterIP' }),
      selector: { ...labels },
      ports: [{ name: listen?.name, protocol, port, targetPort, ...(nodePort ? { nodePort: nodePort.port } : {}) }],
    },
  };
}

function workloadObject(plan: Plan, workload: Workload): KubeObject {
  const { kind, namespace, name, labels, replicas, schedule } = workload;
  const metadata = { name, namespace, labels: { ...labels } };
  const template = podTemplate(plan, workload);
  const selector = { matchLabels: { ...labels } };
  switch (kind) {
    case 'CronJob':
      return {
        apiVersion: 'batch/v1',
        kind,
        // Kubernetes' schedules count in minutes; the annotations say how often the lab really runs it.
        metadata: {
          ...metadata,
          annotations: {
            'lab.margay/every-seconds': String(schedule?.everySeconds),
            'lab.margay/offset-seconds': String(schedule?.offsetSeconds),
          },
        },
        spec: {
          schedule: '* * * * *',
          concurrencyPolicy: 'Forbid',
          successfulJobsHistoryLimit: 1,
          jobTemplate: { spec: { template } },
        },
      };
    case 'DaemonSet':
      return { apiVersion: 'apps/v1', kind, metadata, spec: { selector, template } };
    case 'StatefulSet':
      return { apiVersion: 'apps/v1', kind, metadata, spec: { replicas, serviceName: name, selector, template } };
    case 'Deployment':
      return { apiVersion: 'apps/v1', kind, metadata, spec: { replicas, selector, template } };
  }
}

function podTemplate(plan: Plan, workload: Workload): Record<string, unknown> {
  const { labels, program, hostNetwork, kind, serviceAccount: account } = workload;
  const usesApi = program !== 'service';
  const probe = probeOf(workload);
  return {
    metadata: { labels: { ...labels } },
    spec: {
      ...(account ? { serviceAccountName: account } : {}),
      ...(usesApi ? {} : { automountServiceAccountToken: false }),
      ...(hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
      ...(kind === 'CronJob' ? { restartPolicy: 'Never' } : {}),
      terminationGracePeriodSeconds: 2,
      containers: [
        {
          name: program === 'dns' ? 'coredns' : 'main',
          image: LAB_IMAGE,
          command: ['node', `/lab/${program}.mjs`],
          env: [{ name: 'LAB_CONFIG', value: JSON.stringify(programConfig(plan, workload)) }],
          ...(probe ? { readinessProbe: { ...probe, periodSeconds: 4 } } : {}),
          ports: containerPorts(plan, workload),
        },
      ],
    },
  };
}

function probeOf(workload: Workload): Record<string, unknown> | undefined {
  if (workload.program === 'dns') return { httpGet: { path: '/ready', port: DNS_HEALTH_PORT } };
  const port = workload.listen?.port;
  if (workload.probe === 'http') return { httpGet: { path: '/healthz', port } };
  return workload.probe === 'tcp' ? { tcpSocket: { port } } : undefined;
}

function containerPorts(plan: Plan, workload: Workload): Record<string, unknown>[] {
  if (workload.program === 'dns')
    return [
      { name: 'dns', containerPort: plan.dnsPort, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: plan.dnsPort, protocol: 'TCP' },
    ];
  const { listen } = workload;
  if (!listen) return [];
  return [{ name: listen.name, containerPort: listen.port, protocol: listen.kind === 'datagram' ? 'UDP' : 'TCP' }];
}
