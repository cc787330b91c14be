import { isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterState } from '../kube/cluster.ts';
import { isRecord, type KubeObject, valueAt } from '../kube/objects.ts';
import { isFinished, isReady, ownedBy, type Pod } from '../kube/types.ts';
import { randomSuffix } from './hash.ts';
import { Loop } from './loop.ts';

const MANAGER = 'endpointslice-controller.k8s.io';

interface SliceContent {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: Record<string, unknown>[];
  readonly endpoints: Record<string, unknown>[];
}

/** One EndpointSlice per Service and address family: the pods that its selector finds, ready or not. */
export function startEndpointSlices(state: ClusterState, fail: (error: unknown) => void): Loop {
  const loop = new Loop(async () => {
    await Promise.all(
      state.services
        .all()
        .filter((service) => isRecord(valueAt(service, 'spec.selector')) && !state.isGoing(service))
        .map((service) => reconcileService(state, service)),
    );
  }, fail);
  state.services.onChange(loop.trigger);
  state.pods.onChange(loop.trigger);
  state.endpointSlices.onChange(loop.trigger);
  return loop;
}

async function reconcileService(state: ClusterState, service: KubeObject): Promise<void> {
  const families = valueAt(service, 'spec.ipFamilies');
  for (const family of Array.isArray(families) ? families : []) {
    const content = sliceContent(service, selectedPods(state, service), family);
    const existing = state.endpointSlices
      .all()
      .find((slice) => slice.addressType === family && ownsSlice(service, slice) && !slice.metadata.deletionTimestamp);
    if (!existing) state.endpointSlices.observe(await state.client.create(newSlice(service, content)));
    else if (
      !isDeepStrictEqual(existing.endpoints ?? [], content.endpoints) ||
      !isDeepStrictEqual(existing.ports ?? [], content.ports)
    )
      state.endpointSlices.observe(
        await state.client.patch(existing, { endpoints: content.endpoints, ports: content.ports }),
      );
  }
}

function ownsSlice(service: KubeObject, slice: KubeObject): boolean {
  return slice.metadata.ownerReferences?.some((owner) => owner.uid === service.metadata.uid) ?? false;
}

function newSlice(service: KubeObject, content: SliceContent): KubeObject {
  const { name, namespace, labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${randomSuffix()}`,
      namespace,
      labels: { ...labels, 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': MANAGER },
      ownerReferences: [ownedBy(service)],
    },
    ...content,
  };
}

function selectedPods(state: ClusterState, service: KubeObject): Pod[] {
  const selector = Object.entries(valueAt(service, 'spec.selector') as Record<string, string>);
  return state.pods
    .all()
    .filter((pod) => pod.metadata.namespace === service.metadata.namespace && pod.status?.podIP && !isFinished(pod))
    .filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** What a slice of this family holds. Named target ports are resolved on the first pod: pods of one Service agree in the lab. */
export function sliceContent(service: KubeObject, pods: readonly Pod[], family: string): SliceContent {
  const servicePorts = valueAt(service, 'spec.ports');
  const ports = (Array.isArray(servicePorts) ? servicePorts.filter(isRecord) : []).flatMap((port) => {
    const number = resolvePort(port, pods);
    return number === undefined
      ? []
      : [{ name: String(port.name ?? ''), port: number, protocol: String(port.protocol ?? 'TCP') }];
  });
  const endpoints = pods.flatMap((pod) => {
    const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip).filter((ip) => isIPv6(ip) === (family === 'IPv6'));
    if (addresses.length === 0) return [];
    const { name, namespace, uid } = pod.metadata;
    const ready = isReady(pod) && !pod.metadata.deletionTimestamp;
    const isHostNamed = pod.spec.hostname && pod.spec.subdomain === service.metadata.name;
    return [
      {
        addresses: addresses.slice(0, 1),
        conditions: { ready, serving: isReady(pod), terminating: pod.metadata.deletionTimestamp !== undefined },
        ...(isHostNamed ? { hostname: pod.spec.hostname } : {}),
        nodeName: pod.spec.nodeName,
        targetRef: { kind: 'Pod', namespace, name, uid },
      },
    ];
  });
  return { addressType: family === 'IPv6' ? 'IPv6' : 'IPv4', ports, endpoints };
}

function resolvePort(port: Record<string, unknown>, pods: readonly Pod[]): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  if (typeof port.targetPort !== 'string') return typeof port.port === 'number' ? port.port : undefined;
  const named = pods[0]?.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((candidate) => candidate.name === port.targetPort);
  return named?.containerPort;
}
