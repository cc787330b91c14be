import { type Action, EVIDENCE, type Evidence, type Hash64, NO_ID } from '@margay/model';
import { addFacts, type CountedFacts, packets } from './facts.ts';
import type { Group } from './group.ts';

/** One connection's traffic as its two ends saw it. */
export interface Pair {
  readonly srcId: Hash64;
  readonly dstId: Hash64;
  readonly protocol: number;
  readonly port: number;
  readonly action: Action;
  readonly evidence: Evidence;
  /** The addressed Service: of several, the one that carried most packets. */
  readonly serviceId: Hash64;
  readonly src: CountedFacts | null;
  readonly dst: CountedFacts | null;
  readonly addresses: readonly string[];
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How much more the destination must have seen to be believed instead of the source: more than loss or window edges explain, so the source's agent missed a part. */
const DESTINATION_MARGIN = 1.1;
const ADDRESSES_MAX = 16;

type Counts = ReadonlyMap<Hash64, number>;

/** Groups added up by connection. To be added to, never changed: it may be remembered. */
export interface Sums {
  readonly pairs: ReadonlyMap<string, Pair>;
  /** Packets by Service, of the connections that addressed one. */
  readonly services: ReadonlyMap<string, Counts>;
}

const NONE: Sums = { pairs: new Map(), services: new Map() };

/** Groups of one interval by connection, added to `base`, in whatever order; `base` stays as it is, the map of pairs is the caller's. */
export function addGroups(groups: Iterable<Group>, base: Sums = NONE): Sums & { readonly pairs: Map<string, Pair> } {
  const pairs = new Map(base.pairs);
  const services = new Map(base.services);
  const own = new Map<string, Mutable<Pair>>();
  const counted = new Map<string, Map<Hash64, number>>();
  for (const group of groups) {
    const { pair: key, reporter } = group;
    let pair = own.get(key);
    if (!pair) {
      pair = { ...(pairs.get(key) ?? newPair(group)) };
      own.set(key, pair);
      pairs.set(key, pair);
    }
    const side = pair[reporter];
    pair[reporter] = side === null ? group.facts : addFacts(side, group.facts);
    if (EVIDENCE.indexOf(group.evidence) < EVIDENCE.indexOf(pair.evidence)) pair.evidence = group.evidence;
    if (group.addresses.length > 0) pair.addresses = uniteAddresses(pair.addresses, group.addresses);
    if (group.serviceId === NO_ID) continue;
    const counts = counted.get(key) ?? new Map(services.get(key));
    counts.set(group.serviceId, (counts.get(group.serviceId) ?? 0) + packets(group.facts));
    counted.set(key, counts);
  }
  for (const [key, counts] of counted) {
    services.set(key, counts);
    const pair = own.get(key);
    if (pair) pair.serviceId = mostUsed(counts);
  }
  return { pairs, services };
}

function newPair({ srcId, dstId, protocol, port, action, evidence }: Group): Pair {
  return { srcId, dstId, protocol, port, action, evidence, serviceId: NO_ID, src: null, dst: null, addresses: [] };
}

/** The volume of the pair: one side's, never the sum. */
export function chosenSide(pair: Pick<Pair, 'src' | 'dst'>): 'src' | 'dst' {
  if (pair.src === null) return 'dst';
  if (pair.dst === null) return 'src';
  return packets(pair.dst) > packets(pair.src) * DESTINATION_MARGIN ? 'dst' : 'src';
}

/** Facts to show: counts of the chosen side, times of both. */
export function mergedFacts(pair: Pair): CountedFacts {
  const facts = pair[chosenSide(pair)];
  if (facts === null) throw new Error('a pair has at least one side');
  if (pair.src === null || pair.dst === null) return facts;
  return {
    ...facts,
    firstSeenMs: Math.min(pair.src.firstSeenMs, pair.dst.firstSeenMs),
    lastSeenMs: Math.max(pair.src.lastSeenMs, pair.dst.lastSeenMs),
  };
}

/** The 16 smallest of both, sorted. */
export function uniteAddresses(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort().slice(0, ADDRESSES_MAX);
}

function mostUsed(byService: Counts): Hash64 {
  let best: [Hash64, number] = [NO_ID, -1];
  for (const [id, amount] of byService)
    if (amount > best[1] || (amount === best[1] && id < best[0])) best = [id, amount];
  return best[0];
}
