import { isRecord, type KubeObject } from '../kube/objects.ts';

type Fields = Record<string, unknown>;

/** What the real API server fills in when a client leaves it out, for the kinds whose readers rely on it. Changes `object`, which belongs to the request. */
export function applyDefaults(object: KubeObject): void {
  const spec = isRecord(object.spec) ? object.spec : undefined;
  switch (object.kind) {
    case 'Namespace':
      defaultNamespace(object);
      break;
    case 'Pod':
      if (spec) defaultPod(object, spec);
      break;
    case 'Service':
      if (spec) defaultService(spec);
      break;
    case 'Secret':
      defaultSecret(object);
      break;
    case 'Deployment':
      if (spec) defaultDeployment(spec);
      break;
    case 'ReplicaSet':
    case 'StatefulSet':
      if (spec) fill(spec, { replicas: 1 });
      if (spec) defaultTemplate(spec);
      break;
    case 'DaemonSet':
      if (spec) fill(spec, { revisionHistoryLimit: 10 });
      if (spec) defaultTemplate(spec);
      break;
    case 'Job':
      if (spec) fill(spec, { parallelism: 1, completions: 1, backoffLimit: 6 });
      if (spec) defaultTemplate(spec);
      break;
    case 'CronJob':
      if (spec) fill(spec, { concurrencyPolicy: 'Allow', suspend: false });
      break;
    case 'EndpointSlice':
      for (const port of records(object.ports)) fill(port, { name: '', protocol: 'TCP' });
      break;
  }
}

function defaultNamespace(object: KubeObject): void {
  object.metadata.labels = { 'kubernetes.io/metadata.name': object.metadata.name, ...object.metadata.labels };
  const spec = isRecord(object.spec) ? object.spec : {};
  fill(spec, { finalizers: ['kubernetes'] });
  object.spec = spec;
  const status = isRecord(object.status) ? object.status : {};
  fill(status, { phase: 'Active' });
  object.status = status;
}

function defaultPod(object: KubeObject, spec: Fields): void {
  defaultPodSpec(spec);
  fill(spec, {
    serviceAccountName: 'default',
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
  });
  fill(spec, { serviceAccount: spec.serviceAccountName });
  const status = isRecord(object.status) ? object.status : {};
  fill(status, { phase: 'Pending', qosClass: 'BestEffort' });
  object.status = status;
}

function defaultPodSpec(spec: Fields): void {
  fill(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
  for (const container of [...records(spec.containers), ...records(spec.initContainers)]) {
    fill(container, {
      resources: {},
      imagePullPolicy: /:(?!latest$)[^/]+$/.test(String(container.image ?? '')) ? 'IfNotPresent' : 'Always',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    });
    for (const port of records(container.ports)) {
      fill(port, { protocol: 'TCP' });
      if (spec.hostNetwork === true) fill(port, { hostPort: port.containerPort });
    }
  }
}

function defaultTemplate(spec: Fields): void {
  const template = isRecord(spec.template) ? spec.template : undefined;
  if (template && isRecord(template.spec)) defaultPodSpec(template.spec);
}

function defaultService(spec: Fields): void {
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
  if (spec.type !== 'ClusterIP') fill(spec, { externalTrafficPolicy: 'Cluster' });
  for (const port of records(spec.ports)) fill(port, { protocol: 'TCP', targetPort: port.port });
}

function defaultSecret(object: KubeObject): void {
  fill(object, { type: 'Opaque' });
  if (!isRecord(object.stringData)) return;
  const encoded = Object.entries(object.stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  object.data = { ...(isRecord(object.data) ? object.data : {}), ...Object.fromEntries(encoded) };
  delete object.stringData;
}

function defaultDeployment(spec: Fields): void {
  fill(spec, {
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  defaultTemplate(spec);
}

function fill(target: Fields, values: Fields): void {
  for (const [key, value] of Object.entries(values))
    if (target[key] === undefined && value !== undefined) target[key] = value;
}

function records(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
