import { z } from 'zod';

/** The parts of raw Kubernetes objects that Margay reads, as the API may send them: absent, null or empty are one. Bounds are checked on what is made of them. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const timeMs = z
  .string()
  .nullish()
  .transform((value) => {
    const ms = value ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? null : ms;
  });

const Meta = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  labels,
  creationTimestamp: timeMs,
  deletionTimestamp: timeMs,
  ownerReferences: list(z.object({ kind: z.string(), name: z.string(), controller: flag })),
});

const Container = z.object({
  restartPolicy: text,
  ports: list(z.object({ name: text, containerPort: z.number(), protocol: text })),
});
const ContainerStatus = z.object({
  state: z.object({ terminated: z.object({ finishedAt: timeMs }).nullish() }).nullish(),
});

export const RawPod = z.object({
  metadata: Meta,
  spec: z.object({
    nodeName: text,
    hostNetwork: flag,
    serviceAccountName: text,
    containers: list(Container),
    initContainers: list(Container),
  }),
  status: z
    .object({
      phase: text,
      podIP: text,
      podIPs: list(z.object({ ip: text })),
      startTime: timeMs,
      conditions: list(z.object({ type: text, status: text, lastTransitionTime: timeMs })),
      containerStatuses: list(ContainerStatus),
    })
    .nullish(),
});
export type RawPod = z.output<typeof RawPod>;

export const RawService = z.object({
  metadata: Meta,
  spec: z.object({
    type: text,
    clusterIP: text,
    clusterIPs: list(z.string()),
    externalIPs: list(z.string()),
    selector: z.record(z.string(), z.string()).nullish(),
    ports: list(
      z.object({
        name: text,
        protocol: text,
        port: z.number(),
        targetPort: z.union([z.number(), z.string()]).nullish(),
        nodePort: z.number().nullish(),
      }),
    ),
  }),
  status: z.object({ loadBalancer: z.object({ ingress: list(z.object({ ip: text })) }).nullish() }).nullish(),
});

export const RawEndpointSlice = z.object({
  metadata: Meta,
  ports: list(z.object({ name: text, protocol: text, port: z.number().nullish() })),
  endpoints: list(
    z.object({
      addresses: list(z.string()),
      // Absent means ready (EndpointConditions of discovery.k8s.io/v1).
      conditions: z.object({ ready: z.boolean().nullish() }).nullish(),
      targetRef: z.object({ kind: text, name: text }).nullish(),
      nodeName: text,
    }),
  ),
});

export const RawNode = z.object({
  metadata: Meta,
  spec: z.object({ podCIDR: text, podCIDRs: list(z.string()) }).nullish(),
  status: z
    .object({
      addresses: list(z.object({ type: text, address: z.string() })),
      nodeInfo: z.object({ kubeletVersion: text }).nullish(),
    })
    .nullish(),
});

export const RawNamespace = z.object({ metadata: Meta });

const Template = z.object({ metadata: z.object({ labels }).nullish() }).nullish();
/** Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs; a CronJob's template is one level deeper. */
export const RawWorkload = z.object({
  metadata: Meta,
  spec: z.object({
    replicas: z.number().nullish(),
    template: Template,
    jobTemplate: z.object({ spec: z.object({ template: Template }).nullish() }).nullish(),
  }),
});

export const RawPolicy = z.object({ metadata: Meta, spec: z.unknown() });
