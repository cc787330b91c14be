import { type Action, EVIDENCE, type Evidence, type Hash64, NO_ID } from '@margay/model';
import { addFacts, type CountedFacts, packets } from './facts.ts';
import { type Group, pairKey } from './group.ts';

/** One connection's traffic as its two ends saw it. */
export interface Pair {
  readonly srcId: Hash64;
  readonly dstId: Hash64;
  readonly protocol: number;
  readonly port: number;
  readonly action: Action;
  evidence: Evidence;
  /** The addressed Service: of several, the one that carried most packets. */
  serviceId: Hash64;
  src: CountedFacts | null;
  dst: CountedFacts | null;
  addresses: readonly string[];
}

/** How much more the destination must have seen to be believed instead of the source: more than loss or window edges explain, so the source's agent missed a part. */
const DESTINATION_MARGIN = 1.1;
const ADDRESSES_MAX = 16;

/** Groups of one interval by connection. The order of groups does not matter. */
export function mergeSides(groups: Iterable<Group>): Map<string, Pair> {
  const pairs = new Map<string, Pair>();
  const services = new Map<string, Map<Hash64, number>>();
  for (const group of groups) {
    const key = pairKey(group);
    let pair = pairs.get(key);
    if (!pair) {
      const { srcId, dstId, protocol, port, action, evidence } = group;
      pair = { srcId, dstId, protocol, port, action, evidence, serviceId: NO_ID, src: null, dst: null, addresses: [] };
      pairs.set(key, pair);
    }
    const side = pair[group.reporter];
    pair[group.reporter] = side === null ? group.facts : addFacts(side, group.facts);
    if (EVIDENCE.indexOf(group.evidence) < EVIDENCE.indexOf(pair.evidence)) pair.evidence = group.evidence;
    if (group.addresses.length > 0) pair.addresses = uniteAddresses(pair.addresses, group.addresses);
    if (group.serviceId !== NO_ID) count(services, key, group.serviceId, packets(group.facts));
  }
  for (const [key, byService] of services) {
    const pair = pairs.get(key);
    if (pair) pair.serviceId = mostUsed(byService);
  }
  return pairs;
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

function count(services: Map<string, Map<Hash64, number>>, key: string, service: Hash64, amount: number): void {
  const byService = services.get(key) ?? new Map<Hash64, number>();
  byService.set(service, (byService.get(service) ?? 0) + amount);
  services.set(key, byService);
}

function mostUsed(byService: ReadonlyMap<Hash64, number>): Hash64 {
  let best: [Hash64, number] = [NO_ID, -1];
  for (const [id, amount] of byService)
    if (amount > best[1] || (amount === best[1] && id < best[0])) best = [id, amount];
  return best[0];
}
