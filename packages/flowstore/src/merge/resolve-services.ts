import { type Hash64, NO_ID, type Peer, peerKey } from '@margay/model';
import { addFacts, beyond, type CountedFacts, packets } from './facts.ts';
import type { Pair, Sums } from './merge-sides.ts';

/** By `namespace/name` of a Service: {@link peerKey}s of the workloads behind it. */
export type Backends = ReadonlyMap<string, ReadonlySet<string>>;

/** A part that the destinations' reports leave unexplained is shown when it is more than window edges make. */
const REST_SHARE = 0.1;
const REST_PACKETS = 3;

/**
 * Where a source knew its destination only as a Service, the reports of the destinations name the workloads: those pairs get the Service, and the Service's own
 * pair goes (or keeps what no destination reported). Which workloads stand behind a Service is known from `backends`, from any row that names both, or, where nothing
 * is known of it, when it is the only Service in question between that source and that namespace (a Service selects pods of its own namespace only).
 *
 * Changes the map `pairs`, not its values. @returns keys of pairs that were explained, with the keys of those that explain them.
 */
export function resolveServices(
  pairs: Map<string, Pair>,
  services: Sums['services'],
  peers: ReadonlyMap<Hash64, Peer>,
  backends: Backends = new Map(),
): ReadonlyMap<string, readonly string[]> {
  const open = [...pairs].filter(([, pair]) => pair.dst === null && peers.get(pair.dstId)?.kind === 'service');
  const explained = new Map<string, readonly string[]>();
  if (open.length === 0) return explained;
  const seen = backendsSeen(pairs, services, peers);
  const candidates = candidatesBySource(pairs, peers);
  const rivals = new Map<string, number>();
  for (const [, pair] of open) rivals.set(rivalry(pair, peers), (rivals.get(rivalry(pair, peers)) ?? 0) + 1);

  for (const [key, pair] of open) {
    const service = peers.get(pair.dstId);
    if (service?.kind !== 'service' || pair.src === null) continue;
    const known = union(backends.get(`${service.namespace}/${service.name}`), seen.get(pair.dstId));
    const lonely = rivals.get(rivalry(pair, peers)) === 1;
    const matching = (candidates.get(sourceKey(pair, service.namespace)) ?? []).filter(({ workload }) =>
      known.size > 0 ? known.has(workload) : lonely,
    );
    if (matching.length === 0) continue;
    explained.set(
      key,
      matching.map((candidate) => candidate.key),
    );
    settle(pairs, key, pair, matching);
  }
  return explained;
}

interface Candidate {
  readonly key: string;
  readonly workload: string;
  /** What the destination saw and the source did not report under this key. */
  readonly excess: CountedFacts;
}

function settle(pairs: Map<string, Pair>, key: string, pair: Pair, matching: readonly Candidate[]): void {
  let covered: CountedFacts | null = null;
  for (const { key: target, excess } of matching) {
    covered = covered === null ? excess : addFacts(covered, excess);
    const explaining = pairs.get(target);
    if (explaining === undefined) continue;
    const serviceId = explaining.serviceId === NO_ID ? pair.dstId : explaining.serviceId;
    // The source did report it, only under another name: both ends are seen, the destination's numbers stand.
    pairs.set(target, { ...explaining, serviceId, src: explaining.dst });
  }
  if (covered === null || pair.src === null) return;
  const rest = beyond(pair.src, covered);
  if (packets(rest) > packets(pair.src) * REST_SHARE && packets(rest) >= REST_PACKETS)
    pairs.set(key, { ...pair, src: rest });
  else pairs.delete(key);
}

function candidatesBySource(pairs: Map<string, Pair>, peers: ReadonlyMap<Hash64, Peer>): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>();
  for (const [key, pair] of pairs) {
    const peer = peers.get(pair.dstId);
    if (pair.dst === null || peer?.kind !== 'workload') continue;
    const excess = pair.src === null ? pair.dst : beyond(pair.dst, pair.src);
    if (packets(excess) === 0) continue;
    const at = sourceKey(pair, peer.namespace);
    const list = found.get(at) ?? [];
    list.push({ key, workload: peerKey(peer), excess });
    found.set(at, list);
  }
  return found;
}

function backendsSeen(
  pairs: ReadonlyMap<string, Pair>,
  services: Sums['services'],
  peers: ReadonlyMap<Hash64, Peer>,
): Map<Hash64, Set<string>> {
  const seen = new Map<Hash64, Set<string>>();
  for (const [key, counts] of services) {
    const peer = peers.get(pairs.get(key)?.dstId ?? NO_ID);
    if (peer?.kind !== 'workload') continue;
    for (const id of counts.keys()) {
      const set = seen.get(id) ?? new Set();
      set.add(peerKey(peer));
      seen.set(id, set);
    }
  }
  return seen;
}

const sourceKey = (pair: Pair, namespace: string) => `${pair.srcId}.${pair.protocol}.${pair.action}.${namespace}`;

function rivalry(pair: Pair, peers: ReadonlyMap<Hash64, Peer>): string {
  const service = peers.get(pair.dstId);
  return sourceKey(pair, service?.kind === 'service' ? service.namespace : '');
}

function union(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  return a.size === 0 ? b : new Set([...a, ...b]);
}
