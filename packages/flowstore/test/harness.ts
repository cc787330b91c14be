import { randomUUID } from 'node:crypto';
import { type ClusterId, NO_ID, type OrgId, type Peer, peerId, splitHash64 } from '@margay/model';
import { type FlowBatch, FlowColumnsBuilder, type FlowRowInput, type Loss } from '@margay/wire';
import type { FlowMaintenance, FlowStore, Scope } from '../src/index.ts';

/** What the contract suite needs of an engine. */
export interface Engine {
  readonly store: FlowStore;
  /** Its roll-up takes all that was appended before. */
  readonly maintenance: FlowMaintenance;
  close(): Promise<void>;
}

export const newScope = (): Scope => ({ orgId: randomUUID() as OrgId, clusterId: randomUUID() as ClusterId });

export function workload(namespace: string, name: string, labels: Record<string, string> = { app: name }): Peer {
  return {
    kind: 'workload',
    namespace,
    ownerKind: 'Deployment',
    name,
    labels,
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    serviceAccount: 'default',
    ports: [],
  };
}
export const service = (namespace: string, name: string): Peer => ({ kind: 'service', namespace, name });
export const external = (address: string): Peer => ({ kind: 'external', address });

export interface Fact extends Partial<Omit<FlowRowInput, 'srcHi' | 'srcLo' | 'dstHi' | 'dstLo' | 'windowStart'>> {
  readonly src: Peer;
  readonly dst: Peer;
  readonly service?: Peer;
  /** Event time; the window is the 5 s around it. */
  readonly atMs: number;
}

export interface BatchOptions {
  readonly id?: string;
  readonly node?: string;
  readonly sentAtMs?: number;
  readonly losses?: readonly Loss[];
  /** Definitions to send; default: all that the rows name. */
  readonly peers?: readonly Peer[];
}

/** A batch of short rows: one TCP connection to port 8080 each, unless said otherwise. */
export function batchOf(facts: readonly Fact[], options: BatchOptions = {}): FlowBatch {
  const builder = new FlowColumnsBuilder(Math.max(1, facts.length));
  const named = new Map<string, Peer>();
  const idOf = (peer: Peer | undefined) => {
    if (!peer) return splitHash64(NO_ID);
    named.set(peerId(peer), peer);
    return splitHash64(peerId(peer));
  };
  for (const { src, dst, service: via, atMs, ...rest } of facts) {
    const [s, d, v] = [idOf(src), idOf(dst), idOf(via)];
    builder.push({
      windowStart: Math.floor(atMs / 5000) * 5,
      protocol: 6,
      port: 8080,
      reporter: 'src',
      action: 'allow',
      evidence: 'kernel',
      bytesForward: 400,
      packetsForward: 6,
      bytesReverse: 1600,
      packetsReverse: 5,
      started: 1,
      completed: 1,
      firstSeenMs: atMs,
      lastSeenMs: atMs + 200,
      ...rest,
      srcHi: s.hi,
      srcLo: s.lo,
      dstHi: d.hi,
      dstLo: d.lo,
      serviceHi: v.hi,
      serviceLo: v.lo,
    });
  }
  const { columns, addressSets } = builder.take();
  return {
    head: {
      version: 1,
      id: options.id ?? randomUUID(),
      node: options.node ?? 'worker-1',
      boot: 'boot-1',
      sequence: 1,
      sentAtMs: options.sentAtMs ?? Date.now(),
      rows: columns.rows,
      peers: (options.peers ?? [...named.values()]).map((peer) => ({ id: peerId(peer), peer })),
      losses: [...(options.losses ?? [])],
      addressSets,
    },
    columns,
  };
}
