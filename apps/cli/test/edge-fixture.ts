import { type MergedEdge, type Peer, peerId } from '@margay/model';

const workload = (ownerKind: string, name: string): Peer => ({
  kind: 'workload',
  namespace: 'shop',
  ownerKind,
  name,
  labels: { app: name },
  namespaceLabels: {},
  serviceAccount: 'default',
  ports: [],
});
const [src, dst] = [workload('Deployment', 'web'), workload('StatefulSet', 'db')];

/** One edge as Margay keeps it. */
export const edgeFixture: MergedEdge = {
  srcId: peerId(src),
  src,
  dstId: peerId(dst),
  dst,
  protocol: 6,
  port: 5432,
  service: null,
  action: 'allow',
  evidence: 'kernel',
  seenAt: { src: true, dst: true },
  flows: 1,
  bytesForward: 1,
  packetsForward: 1,
  bytesReverse: 1,
  packetsReverse: 1,
  connectionsStarted: 1,
  connectionsCompleted: 1,
  firstSeenMs: 1_000,
  lastSeenMs: 2_000,
};
