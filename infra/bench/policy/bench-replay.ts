import { type MergedEdge, type Peer, peerId } from '@margay/model';
import { parseManifests, type ReplayView, replay } from '@margay/policy';
import { type Manifest, makeManifests } from '../../seed/manifests/make-manifests.ts';
import { createRandom, type Random } from '../../seed/manifests/random.ts';
import { type Bench, median } from '../result.ts';

/** Of the policies those that isolate a whole namespace are left out, 100: recorded traffic is mostly such as is allowed. */
const PLAN = { workloads: 3000, namespaces: 50, policies: 1100 };
const LEFT_OUT: readonly unknown[] = ['default-deny', 'allow-dns'];
const EDGES = 1_000_000;
const EXTERNAL_ADDRESSES = 500;
const PODS_EACH = 2;
const PORTS = [80, 443, 3000, 5432, 6379, 8080, 9090] as const;
const GOAL_SECONDS = 2;

/**
 * `replay-1m`: seconds to replay 1 M distinct edges over 3,000 workloads (two pods each, with addresses) and 1,000 policies against a candidate in which nearly
 * every policy is another one; policies are read before, both sets are compiled within. Reference: the goal.
 */
export const benchReplay: Bench = async ({ rounds, say }) => {
  const { before, after, edges } = makeReplayCase(1);
  const seconds: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const startedMs = performance.now();
    const { sums, edges: changed } = replay({ before, after, edges });
    seconds.push((performance.now() - startedMs) / 1000);
    const counts = Object.entries(sums).map(([outcome, sum]) => `${sum.edges} ${outcome}`);
    say(`round ${round}: ${seconds.at(-1)?.toFixed(3)} s, ${counts.join(', ')}; ${changed.length} listed`);
  }
  const value = Number(median(seconds).toFixed(3));
  return [
    {
      name: 'replay-1m',
      value,
      unit: 's',
      reference: GOAL_SECONDS,
      ratio: Number((value / GOAL_SECONDS).toFixed(3)),
    },
  ];
};

/** The same seed makes the same case. */
export function makeReplayCase(seed: number): { before: ReplayView; after: ReplayView; edges: MergedEdge[] } {
  const make = (from: number) => [...makeManifests({ ...PLAN, seed: from }).values()].flat().filter(isKept);
  const [objects, others] = [make(seed), make(seed + 1)];
  const parse = (list: readonly Manifest[]) => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: list });
    const parsed = parseManifests([{ file: 'cluster.json', text }], { mode: 'strict', assumeMissing: false });
    if (parsed.problems.length > 0) throw new Error(JSON.stringify(parsed.problems[0]));
    return parsed;
  };
  const isPolicy = ({ kind }: Manifest) => kind === 'NetworkPolicy';
  const deployments = objects.filter(({ kind }) => kind === 'Deployment') as unknown as readonly Deployment[];
  const { cluster, policies } = parse([...objects, ...deployments.flatMap(podsOf)]);
  const candidate = parse(others.filter(isPolicy)).policies;
  return {
    before: { cluster, tiers: policies.enforced },
    after: { cluster, tiers: candidate.enforced },
    edges: makeEdges(peersOf(objects, deployments), createRandom(seed)),
  };
}

const isKept = ({ metadata }: Manifest) => !LEFT_OUT.includes((metadata as { name?: unknown }).name);

interface Deployment {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly containers: readonly { readonly ports: readonly { readonly containerPort: number }[] }[];
      };
    };
  };
}

function podsOf({ metadata: { name, namespace }, spec }: Deployment, place: number): Manifest[] {
  return Array.from({ length: PODS_EACH }, (_, replica) => {
    const number = place * PODS_EACH + replica;
    const podIP = `10.${100 + (number >> 14)}.${(number >> 6) & 255}.${(number & 63) + 1}`;
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid: name, controller: true }];
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${replica}`, namespace, labels: spec.template.metadata.labels, ownerReferences },
      spec: spec.template.spec,
      status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }] },
    };
  });
}

function peersOf(objects: readonly Manifest[], deployments: readonly Deployment[]): Peer[] {
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace') as unknown as {
    metadata: { name: string; labels: Record<string, string> };
  }[];
  const labelsOf = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels]));
  return deployments.map(({ metadata: { name, namespace }, spec: { template } }) => ({
    kind: 'workload',
    namespace,
    ownerKind: 'Deployment',
    name,
    labels: template.metadata.labels,
    namespaceLabels: labelsOf.get(namespace) ?? {},
    serviceAccount: 'default',
    ports: [{ name: 'http', protocol: 'TCP', port: template.spec.containers[0]?.ports[0]?.containerPort ?? 80 }],
  }));
}

/** Distinct by ends and port; a third stays in its namespace, one in twenty goes outside. */
function makeEdges(peers: readonly Peer[], random: Random): MergedEdge[] {
  const outside = Array.from({ length: EXTERNAL_ADDRESSES }, (_, place): Peer => {
    return { kind: 'external', address: `198.51.${100 + (place >> 8)}.${place & 255}` };
  });
  const withIds = (list: readonly Peer[]) => list.map((peer) => ({ id: peerId(peer), peer }));
  const [inside, others] = [withIds(peers), withIds(outside)];
  // Workloads were dealt to namespaces in turn.
  const neighbourOf = (place: number) => {
    const step = PLAN.namespaces * random.below(PLAN.workloads / PLAN.namespaces);
    return inside[(place + step) % inside.length] ?? random.pick(inside);
  };
  const seen = new Set<string>();
  const edges: MergedEdge[] = [];
  while (edges.length < EDGES) {
    const place = random.below(inside.length);
    const src = inside[place] ?? random.pick(inside);
    const die = random.below(60);
    const dst = die < 20 ? neighbourOf(place) : die < 23 ? random.pick(others) : random.pick(inside);
    const port = random.pick(PORTS);
    const key = `${src.id}${dst.id}${port}`;
    if (seen.has(key)) continue;
    seen.add(key);
    edges.push({
      srcId: src.id,
      src: src.peer,
      dstId: dst.id,
      dst: dst.peer,
      protocol: 6,
      port,
      service: null,
      action: 'allow',
      evidence: 'kernel',
      seenAt: { src: true, dst: true },
      flows: 1,
      bytesForward: random.below(1 << 20),
      packetsForward: 10,
      bytesReverse: random.below(1 << 20),
      packetsReverse: 10,
      connectionsStarted: 1 + random.below(100),
      connectionsCompleted: 1,
      firstSeenMs: 1_000 + random.below(1_000),
      lastSeenMs: 10_000 + random.below(1_000),
    });
  }
  return edges;
}
