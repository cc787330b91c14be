import { type Inventory, type InventoryPod, identityLabels, type MergedEdge, type Peer, peerId } from '@margay/model';

/** A cluster of one's own for a test: workloads with pods, and edges between them. */
export interface WorkloadSpec {
  readonly namespace?: string;
  readonly kind?: string;
  readonly name: string;
  readonly labels?: Record<string, string>;
  /** One label set a pod; `labels` once where absent. */
  readonly pods?: readonly Record<string, string>[];
  readonly hostNetwork?: boolean;
  readonly ports?: readonly InventoryPod['ports'][number][];
  readonly phase?: string;
}

export const NODES: Inventory['nodes'] = [
  { name: 'worker-1', labels: {}, addresses: ['10.0.0.1', 'worker-1.example.org'], podCIDRs: [], kubeletVersion: '' },
  { name: 'worker-2', labels: {}, addresses: ['10.0.0.2', '2001:db8::2'], podCIDRs: [], kubeletVersion: '' },
];

export function inventoryOf(specs: readonly WorkloadSpec[], more: Partial<Inventory> = {}): Inventory {
  const namespaces = new Set(specs.map(({ namespace }) => namespace ?? 'shop'));
  return {
    namespaces: [...namespaces].map((name) => ({ name, labels: { 'kubernetes.io/metadata.name': name } })),
    workloads: specs.map((spec) => ({
      namespace: spec.namespace ?? 'shop',
      kind: spec.kind ?? 'Deployment',
      name: spec.name,
      labels: spec.labels ?? spec.pods?.[0] ?? { app: spec.name },
      replicas: null,
    })),
    pods: specs.flatMap(podsOf),
    services: [],
    endpointSlices: [],
    nodes: NODES,
    policies: [],
    ...more,
  };
}

function podsOf(spec: WorkloadSpec, place: number): InventoryPod[] {
  const sets = spec.pods ?? [spec.labels ?? { app: spec.name }];
  return sets.map((labels, replica) => ({
    namespace: spec.namespace ?? 'shop',
    name: `${spec.name}-${(spec.kind ?? 'Deployment').toLowerCase()}-${replica}`,
    uid: `${place}-${replica}`,
    labels: { ...labels, 'pod-template-hash': `h${place}` },
    ownerKind: spec.kind ?? 'Deployment',
    ownerName: spec.name,
    node: 'worker-1',
    hostNetwork: spec.hostNetwork ?? false,
    phase: spec.phase ?? 'Running',
    addresses: [spec.hostNetwork ? '10.0.0.1' : `10.244.${place}.${replica + 2}`],
    serviceAccount: 'default',
    ports: [...(spec.ports ?? [])],
  }));
}

/** A workload as its agent saw it: labels of its first pod, less controller hashes. */
export function workloadPeer(spec: WorkloadSpec): Peer {
  return {
    kind: 'workload',
    namespace: spec.namespace ?? 'shop',
    ownerKind: spec.kind ?? 'Deployment',
    name: spec.name,
    labels: identityLabels(spec.pods?.[0] ?? spec.labels ?? { app: spec.name }),
    namespaceLabels: { 'kubernetes.io/metadata.name': spec.namespace ?? 'shop' },
    serviceAccount: 'default',
    ports: [...(spec.ports ?? [])],
  };
}

const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132, ICMP: 1, ICMPv6: 58, GRE: 47 } as const;

/** `[src, dst, 'TCP 80']`, with the facts of a few connections. */
export function edgeOf(src: Peer, dst: Peer, port: string, more: Partial<MergedEdge> = {}): MergedEdge {
  const [protocol = 'TCP', number = '0'] = port.split(' ');
  return {
    srcId: peerId(src),
    src,
    dstId: peerId(dst),
    dst,
    protocol: PROTOCOLS[protocol as keyof typeof PROTOCOLS],
    port: Number(number),
    service: null,
    action: 'allow',
    evidence: 'kernel',
    seenAt: { src: true, dst: true },
    flows: 3,
    bytesForward: 100,
    packetsForward: 2,
    bytesReverse: 200,
    packetsReverse: 2,
    connectionsStarted: 5,
    connectionsCompleted: 5,
    firstSeenMs: 1_000,
    lastSeenMs: 2_000,
    ...more,
  };
}

export const external = (address: string): Peer => ({ kind: 'external', address });
export const node = (name: string): Peer => ({ kind: 'node', name });
export const cidr = (block: string): Peer => ({ kind: 'cidr', cidr: block });
export const unknown = (address: string): Peer => ({ kind: 'unknown', address });
export const servicePeer = (namespace: string, name: string): Peer => ({ kind: 'service', namespace, name });

export function serviceOf(
  namespace: string,
  name: string,
  ports: readonly [protocol: string, port: number, target: number | string][],
  selector: Record<string, string> | null,
): Inventory['services'][number] {
  return {
    namespace,
    name,
    type: 'ClusterIP',
    clusterIPs: ['10.96.0.10'],
    selector,
    ports: ports.map(([protocol, port, targetPort]) => ({
      name: `${protocol}-${port}`.toLowerCase(),
      protocol,
      port,
      targetPort,
      nodePort: null,
    })),
  };
}
