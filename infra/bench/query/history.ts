import { randomUUID } from 'node:crypto';
import { type Peer, peerId, splitHash64 } from '@margay/model';
import { type FlowBatch, FlowColumnsBuilder } from '@margay/wire';
import { seeded } from '../ingest/traffic.ts';

const WORKLOADS = 3000;
const OUTSIDE = 500;
const WINDOW_S = 5;
const DAY_S = 86_400;
const ROWS_PER_BATCH = 8_000;

interface Known {
  readonly id: string;
  readonly peer: Peer;
}
interface Sighting {
  readonly src: Known;
  readonly dst: Known;
  readonly port: number;
  readonly reporter: 'src' | 'dst';
}

export interface HistoryPlan {
  readonly rows: number;
  readonly edges: number;
  /** The history ends here, and is a day long. */
  readonly endMs: number;
}

export interface History {
  /** Oldest first. */
  readonly batches: Iterable<FlowBatch>;
  /** What comes after it: so many rows of the present, of other edges each time. */
  readonly next: (rows: number, atMs: number) => FlowBatch;
}

/** A day of a cluster in which the same edges are seen over and over, most from both ends: batches as agents send them. */
export function makeHistory({ rows, edges, endMs }: HistoryPlan): History {
  const random = seeded(11);
  const below = (end: number) => Math.floor(random() * end);
  const peers = [
    ...Array.from({ length: WORKLOADS }, (_, place) => known(workload(place))),
    ...Array.from({ length: OUTSIDE }, (_, place) =>
      known({ kind: 'external', address: `198.51.${100 + (place >> 8)}.${place & 255}` }),
    ),
  ];
  const sightings = makeSightings(edges, peers, below);
  let place = 0;
  return {
    batches: past(),
    next: (count, atMs) => {
      const builder = new FlowColumnsBuilder(count);
      const windowStart = Math.floor(atMs / 1000 / WINDOW_S) * WINDOW_S;
      for (let nth = 0; nth < count; nth++) {
        const sighting = sightings[place++ % sightings.length];
        if (sighting) builder.push(row(sighting, windowStart, below));
      }
      return batchOf(builder, [], 1);
    },
  };

  function* past(): Generator<FlowBatch> {
    yield batchOf(new FlowColumnsBuilder(1), peers, 0);
    const rounds = Math.max(1, Math.round(rows / sightings.length));
    let builder = new FlowColumnsBuilder(ROWS_PER_BATCH);
    let held = 0;
    let sequence = 1;
    for (let round = 0; round < rounds; round++) {
      const at = endMs / 1000 - DAY_S + (round * DAY_S) / rounds;
      for (const sighting of sightings) {
        builder.push(row(sighting, Math.floor(at / WINDOW_S) * WINDOW_S, below));
        if (++held < ROWS_PER_BATCH) continue;
        yield batchOf(builder, [], sequence++);
        builder = new FlowColumnsBuilder(ROWS_PER_BATCH);
        held = 0;
      }
    }
    if (held > 0) yield batchOf(builder, [], sequence);
  }
}

/** Busy workloads have more edges than others, as in any cluster. */
function makeSightings(edges: number, peers: readonly Known[], below: (end: number) => number): Sighting[] {
  const found = new Map<string, Sighting[]>();
  while (found.size < edges) {
    const [src, dst] = [peers[below(WORKLOADS)], peers[Math.min(below(peers.length), below(peers.length))]];
    const port = [443, 8080, 53, 5432, 6379, 9090][below(6)] ?? 80;
    if (src === undefined || dst === undefined || src === dst) continue;
    const base = { src, dst, port };
    const both: Sighting[] = [
      { ...base, reporter: 'src' },
      { ...base, reporter: 'dst' },
    ];
    found.set(`${src.id}/${dst.id}/${port}`, dst.peer.kind === 'workload' ? both : both.slice(0, 1));
  }
  return [...found.values()].flat();
}

function workload(place: number): Peer {
  const [name, namespace] = [`service-${place}`, `team-${place % 300}`];
  return {
    kind: 'workload',
    namespace,
    ownerKind: 'Deployment',
    name,
    labels: { app: name, version: 'v1' },
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    serviceAccount: 'default',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}

const known = (peer: Peer): Known => ({ id: peerId(peer), peer });

function row({ src, dst, port, reporter }: Sighting, windowStart: number, below: (end: number) => number) {
  const [from, to] = [splitHash64(src.id), splitHash64(dst.id)];
  const packets = 1 + below(5000);
  const firstSeenMs = windowStart * 1000 + below(4000);
  return {
    ...{ windowStart, srcHi: from.hi, srcLo: from.lo, dstHi: to.hi, dstLo: to.lo, serviceHi: 0, serviceLo: 0 },
    ...{ port, protocol: 6, reporter, action: port === 53 && packets < 50 ? ('deny' as const) : ('allow' as const) },
    evidence: 'kernel' as const,
    ...{ addresses: [] as string[], bytesForward: packets * 400, packetsForward: packets, bytesReverse: packets * 900 },
    ...{
      packetsReverse: packets,
      started: below(20),
      completed: below(20),
      firstSeenMs,
      lastSeenMs: firstSeenMs + below(900),
    },
  } as const;
}

function batchOf(builder: FlowColumnsBuilder, peers: readonly Known[], sequence: number): FlowBatch {
  const { columns, addressSets } = builder.take();
  return {
    head: {
      version: 1,
      id: randomUUID(),
      node: 'worker-0',
      boot: 'bench',
      sequence,
      sentAtMs: Date.now(),
      rows: columns.rows,
      peers: peers.map(({ id, peer }) => ({ id, peer })),
      losses: [],
      addressSets,
    },
    columns,
  };
}
