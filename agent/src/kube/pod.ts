import { InventoryPod, NamedPort } from '@margay/model';
import { canonicalAddress } from '../calc/address.ts';
import { ownerOf } from '../calc/owner.ts';
import { RawPod } from './raw.ts';

/** A pod as the console knows it, and the times that say since when its addresses are its own. */
export interface PodRecord {
  readonly pod: InventoryPod;
  /** Its network was ready, or else the kubelet took it: no earlier could it have its addresses. Null while neither is so. */
  readonly sinceMs: number | null;
  /** Its last container ended. Set for Succeeded and Failed only. */
  readonly finishedAtMs: number | null;
  /** What a finished pod still shows as its addresses: it had them until it finished. */
  readonly formerAddresses: readonly string[];
}

const PORTS_MAX = 64;

/** @throws ZodError for a pod outside Kubernetes' own bounds. */
export function parsePod(object: unknown): PodRecord {
  const raw = RawPod.parse(object);
  const { metadata, spec } = raw;
  const finished = isFinished(raw);
  const owner = ownerOf({
    podName: metadata.name,
    labels: metadata.labels,
    controller: metadata.ownerReferences.find((ref) => ref.controller) ?? null,
    createdAtMs: metadata.creationTimestamp ?? 0,
  });
  const pod = InventoryPod.parse({
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels,
    ownerKind: owner.kind,
    ownerName: owner.name,
    node: spec.nodeName,
    hostNetwork: spec.hostNetwork,
    phase: raw.status?.phase || 'Pending',
    // A finished pod's sandbox is gone and its address with it, though the object still shows it.
    addresses: finished ? [] : addressesOf(raw),
    serviceAccount: spec.serviceAccountName || 'default',
    ports: namedPorts(raw),
  });
  return {
    pod,
    sinceMs: readyAt(raw) ?? raw.status?.startTime ?? null,
    finishedAtMs: finished ? finishedAt(raw) : null,
    formerAddresses: finished ? addressesOf(raw) : [],
  };
}

/** Of the condition that the kubelet sets when sandbox and network are ready (KEP-3085). */
function readyAt(raw: RawPod): number | null {
  const conditions = raw.status?.conditions ?? [];
  const ready = conditions.find(({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True');
  return ready?.lastTransitionTime ?? null;
}

const isFinished = (raw: RawPod) => raw.status?.phase === 'Succeeded' || raw.status?.phase === 'Failed';

function addressesOf(raw: RawPod): string[] {
  const texts = [raw.status?.podIP ?? '', ...(raw.status?.podIPs ?? []).map(({ ip }) => ip)];
  const addresses = texts.map(canonicalAddress).filter((address) => address !== null);
  return [...new Set(addresses)];
}

/** Ports with a name, of containers and of init containers that stay (sidecars). */
function namedPorts(raw: RawPod): NamedPort[] {
  const sidecars = raw.spec.initContainers.filter((container) => container.restartPolicy === 'Always');
  const ports = [...raw.spec.containers, ...sidecars].flatMap((container) =>
    container.ports
      .filter((port) => port.name !== '')
      .map((port) => NamedPort.parse({ name: port.name, protocol: port.protocol || 'TCP', port: port.containerPort })),
  );
  const distinct = new Map(ports.map((port) => [`${port.name}/${port.protocol}/${port.port}`, port]));
  return [...distinct.values()].slice(0, PORTS_MAX);
}

function finishedAt(raw: RawPod): number | null {
  const times = (raw.status?.containerStatuses ?? []).map((status) => status.state?.terminated?.finishedAt ?? 0);
  const last = Math.max(0, ...times);
  return last === 0 ? null : last;
}
