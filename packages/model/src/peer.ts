import { z } from 'zod';
import { type Hash64, hash64 } from './ids.ts';

/** Kinds that own pods. A bare pod owns itself (`Pod`). */
export const OWNER_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Pod',
] as const;
export const OwnerKind = z.enum(OWNER_KINDS);
export type OwnerKind = z.infer<typeof OwnerKind>;

/** Hostile clusters choose these names; the bounds are Kubernetes' own (names 253, label keys 253+1+63, values 63) with slack for other controllers' custom owners. */
const name = z.string().min(1).max(253);
const Labels = z
  .record(z.string().max(320), z.string().max(253))
  .refine((l) => Object.keys(l).length <= 128, 'at most 128 labels');

export const NamedPort = z.object({
  name: z.string().max(63),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
  port: z.number().int().min(1).max(65535),
});
export type NamedPort = z.infer<typeof NamedPort>;

/** A pod's owner at one moment: its labels (less controller hashes), service account and named ports are part of its identity, so that a candidate policy can be judged on last week's flows. */
export const WorkloadPeer = z.object({
  kind: z.literal('workload'),
  namespace: name,
  ownerKind: OwnerKind.or(z.string().max(63)),
  name,
  labels: Labels,
  namespaceLabels: Labels,
  serviceAccount: z.string().max(253),
  ports: z.array(NamedPort).max(64),
});
export type WorkloadPeer = z.infer<typeof WorkloadPeer>;

/** The node itself: host processes, kubelet, and host-network pods, which share its addresses. */
export const NodePeer = z.object({ kind: z.literal('node'), name });
/** A Service whose backend is not known to this reporter (yet). */
export const ServicePeer = z.object({ kind: z.literal('service'), namespace: name, name });
/** One address outside the cluster. */
export const ExternalPeer = z.object({ kind: z.literal('external'), address: z.union([z.ipv4(), z.ipv6()]) });
/** A bucket that swallowed addresses beyond the per-cluster cap. */
export const CidrPeer = z.object({ kind: z.literal('cidr'), cidr: z.union([z.cidrv4(), z.cidrv6()]) });
/** An address inside the pod or service range that no object owned at that moment. */
export const UnknownPeer = z.object({ kind: z.literal('unknown'), address: z.union([z.ipv4(), z.ipv6()]) });

export const Peer = z.discriminatedUnion('kind', [
  WorkloadPeer,
  NodePeer,
  ServicePeer,
  ExternalPeer,
  CidrPeer,
  UnknownPeer,
]);
export type Peer = z.infer<typeof Peer>;

/** Labels that controllers stamp per pod or per revision; they say nothing of who the workload is. */
export const CONTROLLER_LABELS: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'controller-uid',
  'job-name',
]);

/** `labels` less {@link CONTROLLER_LABELS}. */
export function identityLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !CONTROLLER_LABELS.has(key)));
}

const sortedEntries = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The one text that stands for a peer: same peer, same text, whatever the order of its labels and ports. Its {@link hash64} is the peer's id. */
export function canonicalPeer(peer: Peer): string {
  if (peer.kind !== 'workload')
    return JSON.stringify(Object.fromEntries(sortedEntries(peer as unknown as Record<string, string>)));
  const ports = peer.ports
    .map((p) => [p.name, p.protocol, p.port] as const)
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return JSON.stringify([
    'workload',
    peer.namespace,
    peer.ownerKind,
    peer.name,
    sortedEntries(peer.labels),
    sortedEntries(peer.namespaceLabels),
    peer.serviceAccount,
    ports,
  ]);
}

/** Id of a peer version within its cluster. */
export function peerId(peer: Peer, salt = 0): Hash64 {
  return hash64(canonicalPeer(peer), salt);
}

/** Key of what a peer is across versions (`workload/shop/Deployment/frontend`): graph nodes and recommendations use it. */
export function peerKey(peer: Peer): string {
  switch (peer.kind) {
    case 'workload':
      return `workload/${peer.namespace}/${peer.ownerKind}/${peer.name}`;
    case 'node':
      return `node/${peer.name}`;
    case 'service':
      return `service/${peer.namespace}/${peer.name}`;
    case 'external':
      return `external/${peer.address}`;
    case 'cidr':
      return `cidr/${peer.cidr}`;
    case 'unknown':
      return `unknown/${peer.address}`;
  }
}
