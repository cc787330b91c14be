import type { Hash64, Peer, ResolutionSeconds } from '@margay/model';
import type { FlowRow } from '../contract.ts';
import { addFacts, type CountedFacts } from './facts.ts';
import type { Group } from './group.ts';
import { addGroups, chosenSide, type Pair, uniteAddresses } from './merge-sides.ts';
import { type Backends, resolveServices } from './resolve-services.ts';
import { toEdge } from './to-edge.ts';

export interface KeyedRow {
  readonly key: string;
  readonly row: FlowRow;
}

/**
 * Both reporters merged within buckets. The two ends' windows never quite coincide, so which end is believed, and whether both saw it, is judged over a bucket and its
 * two neighbours: a connection at a seam is neither shown twice nor said to have been seen at one end only. Groups of neighbours outside the wanted range must be given too.
 */
export function bucketRows(
  groups: readonly Group[],
  peers: ReadonlyMap<Hash64, Peer>,
  resolutionSeconds: ResolutionSeconds,
  backends?: Backends,
): KeyedRow[] {
  const stepMs = resolutionSeconds * 1000;
  const { pairs, services } = addGroups(groups);
  const explained = resolveServices(pairs, services, peers, backends);
  const renamed = new Set([...explained.values()].flat());
  const sides = sidesByBucket(groups);
  const rows: KeyedRow[] = [];
  for (const [key, buckets] of sides) {
    const whole = pairs.get(key);
    const explainers = explained.get(key);
    for (const [bucketMs, own] of buckets) {
      if (explainers?.some((other) => hasDestination(sides.get(other), bucketMs, stepMs))) continue;
      const around = neighbourhood(buckets, bucketMs, stepMs);
      const near = renamed.has(key) ? { ...around, src: around.dst } : around;
      const side = renamed.has(key) ? 'dst' : chosenSide(near);
      const facts = own[side];
      // The believed end has it in the next bucket: what the other end says of this one is that same traffic.
      if (facts === null) continue;
      const pair: Pair = { ...pairOf(own.group, whole), src: near.src && facts, dst: near.dst && facts };
      const edge = toEdge(pair, peers);
      if (edge)
        rows.push({
          key,
          row: { ...edge, bucketStartMs: bucketMs, resolutionSeconds, addresses: [...own.addresses] },
        });
    }
  }
  return rows;
}

interface Sides {
  readonly group: Group;
  src: CountedFacts | null;
  dst: CountedFacts | null;
  addresses: readonly string[];
}
type Buckets = Map<number, Sides>;

function sidesByBucket(groups: readonly Group[]): Map<string, Buckets> {
  const keys = new Map<string, Buckets>();
  for (const group of groups) {
    const { pair: key } = group;
    const buckets = keys.get(key) ?? new Map<number, Sides>();
    keys.set(key, buckets);
    const sides = buckets.get(group.bucketMs) ?? { group, src: null, dst: null, addresses: [] };
    buckets.set(group.bucketMs, sides);
    const side = sides[group.reporter];
    sides[group.reporter] = side === null ? group.facts : addFacts(side, group.facts);
    sides.addresses = uniteAddresses(sides.addresses, group.addresses);
  }
  return keys;
}

function neighbourhood(buckets: Buckets, bucketMs: number, stepMs: number): Pick<Pair, 'src' | 'dst'> {
  const sum = (side: 'src' | 'dst') =>
    [bucketMs - stepMs, bucketMs, bucketMs + stepMs].reduce<CountedFacts | null>((total, at) => {
      const facts = buckets.get(at)?.[side] ?? null;
      return total === null || facts === null ? (total ?? facts) : addFacts(total, facts);
    }, null);
  return { src: sum('src'), dst: sum('dst') };
}

function hasDestination(buckets: Buckets | undefined, bucketMs: number, stepMs: number): boolean {
  return [bucketMs - stepMs, bucketMs, bucketMs + stepMs].some((at) => (buckets?.get(at)?.dst ?? null) !== null);
}

/** What belongs to the connection rather than to the bucket; a pair that is wholly explained is gone from the pairs and speaks for itself. */
function pairOf(group: Group, whole: Pair | undefined): Pair {
  if (whole) return whole;
  const { srcId, dstId, serviceId, protocol, port, action, evidence } = group;
  return { srcId, dstId, serviceId, protocol, port, action, evidence, src: null, dst: null, addresses: [] };
}
