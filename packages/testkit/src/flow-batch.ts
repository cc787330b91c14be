import { randomUUID } from 'node:crypto';
import { NO_ID, type Peer, peerId, splitHash64, WINDOW_SECONDS } from '@margay/model';
import { type BatchHead, type FlowBatch, FlowColumnsBuilder, type FlowRowInput, type Loss } from '@margay/wire';

type Ids = `${'src' | 'dst' | 'service' | 'trace'}${'Hi' | 'Lo'}`;

/** One row in words: unless said otherwise one short TCP connection to port 8080, seen at its source. */
export interface FlowFact extends Partial<Omit<FlowRowInput, Ids | 'windowStart'>> {
  readonly src: Peer;
  readonly dst: Peer;
  readonly service?: Peer;
  /** Event time; the row's window is the 5 s around it. */
  readonly atMs: number;
}

/** A workload of namespace `namespace`, as a node agent names it. */
export function workloadPeer(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>> = { app: name },
): Peer {
  return {
    kind: 'workload',
    namespace,
    ownerKind: 'Deployment',
    name,
    labels: { ...labels },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    serviceAccount: 'default',
    ports: [],
  };
}

export interface BatchOptions extends Partial<Pick<BatchHead, 'id' | 'node' | 'boot' | 'sequence' | 'sentAtMs'>> {
  readonly losses?: readonly Loss[];
  /** Definitions to send; unless said otherwise, of every peer that the rows name. */
  readonly peers?: readonly Peer[];
}

/** A batch of those rows. */
export function flowBatch(
  facts: readonly FlowFact[],
  { losses = [], peers: defined, ...own }: BatchOptions = {},
): FlowBatch {
  const builder = new FlowColumnsBuilder(Math.max(1, facts.length));
  const peers = new Map<string, Peer>();
  const idOf = (peer: Peer | undefined) => {
    if (peer) peers.set(peerId(peer), peer);
    return splitHash64(peer ? peerId(peer) : NO_ID);
  };
  for (const fact of facts) builder.push(rowOf(fact, idOf));
  const { columns, addressSets } = builder.take();
  const head: FlowBatch['head'] = {
    version: 1,
    id: randomUUID(),
    node: 'node-1',
    boot: 'boot-1',
    sequence: 1,
    sentAtMs: Date.now(),
    rows: columns.rows,
    ...own,
    peers: (defined ?? [...peers.values()]).map((peer) => ({ id: peerId(peer), peer })),
    losses: [...losses],
    addressSets,
  };
  return { head, columns };
}

function rowOf(
  { src, dst, service, atMs, ...rest }: FlowFact,
  idOf: (peer: Peer | undefined) => { hi: number; lo: number },
) {
  const [s, d, v] = [idOf(src), idOf(dst), idOf(service)];
  return {
    windowStart: Math.floor(atMs / 1000 / WINDOW_SECONDS) * WINDOW_SECONDS,
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
    ...{ srcHi: s.hi, srcLo: s.lo, dstHi: d.hi, dstLo: d.lo, serviceHi: v.hi, serviceLo: v.lo },
  } as const;
}
