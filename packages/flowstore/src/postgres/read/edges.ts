import type { Hash64, MergedEdge, Peer, ResolutionSeconds } from '@margay/model';
import type { EdgeAnswer, EdgeOptions, TimeRange } from '../../contract.ts';
import { namesOf } from '../../merge/filter.ts';
import type { Group } from '../../merge/group.ts';
import { addGroups, mergeSides, type Pair, type Sums } from '../../merge/merge-sides.ts';
import { resolveServices } from '../../merge/resolve-services.ts';
import { toEdge } from '../../merge/to-edge.ts';
import { affordableHorizons } from './affordable.ts';
import { readFrontier } from './frontier.ts';
import { type GroupAnswer, type GroupQuery, readGroups } from './groups.ts';
import type { HourMemory, HourSums } from './hour-memory.ts';
import { readLosses, undefinedPeers } from './losses.ts';
import type { PeerCache } from './peer-cache.ts';
import { coveredRange, planSegments } from './plan.ts';
import type { ReadSession } from './session.ts';

const EDGES_MAX = 20_000;
/** Two reporters, and now and then a second Service or evidence. */
const GROUPS_PER_EDGE = 3;

export interface PairAnswer {
  readonly pairs: Map<string, Pair>;
  /** Keys of pairs that reports of the destinations explain, and by which. */
  readonly explained: ReadonlyMap<string, readonly string[]>;
  readonly groups: readonly Group[];
  readonly peers: ReadonlyMap<Hash64, Peer>;
  readonly truncated: boolean;
}

/** What readers of one process keep between calls. */
export interface ReadMemory {
  readonly peers: PeerCache;
  readonly hours: HourMemory;
}

/** Both reporters of `query`'s groups merged, Services resolved. */
export async function readPairs(
  session: ReadSession,
  memory: ReadMemory,
  query: Omit<GroupQuery, 'bucketSeconds' | 'addresses' | 'keep' | 'where'>,
  { backends, namespaces }: Pick<EdgeOptions, 'backends' | 'namespaces'> = {},
): Promise<PairAnswer> {
  const { groups: all, truncated, settled } = await readSums(session, memory, query, namespaces);
  const sums = settled ? addGroups(all.slice(settled.groups), settled) : addGroups(all);
  const peers = await memory.peers.load(session, idsOf(sums.pairs.values(), sums.services));
  const groups = namespaces ? all.filter(isIn(namespaces, peers)) : all;
  const pairs = namespaces ? mergeSides(groups) : sums.pairs;
  const explained = resolveServices(pairs, groups, peers, backends);
  return { pairs, explained, groups, peers, truncated };
}

/** Sums over the whole interval; one key may come twice, from what is remembered and from what was read. */
async function readSums(
  session: ReadSession,
  { hours }: ReadMemory,
  query: Omit<GroupQuery, 'bucketSeconds' | 'addresses' | 'keep' | 'where'>,
  namespaces: readonly string[] | undefined,
): Promise<GroupAnswer & Partial<HourSums>> {
  const whole = query.segments.find(({ level }) => level === 3600);
  const known = whole && (await hours.sumsOf(session, whole));
  const rest = await readGroups(session, {
    ...query,
    ...(known && { levels: query.segments.filter((segment) => segment !== whole) }),
    bucketSeconds: 0,
    addresses: false,
    keep: 'busiest',
    ...(namespaces && { where: (parameters, scope) => inNamespaces(parameters.add(namespaces), scope) }),
  });
  return known ? { ...rest, ...known, groups: [...known.groups, ...rest.groups] } : rest;
}

function isIn(namespaces: readonly string[], peers: ReadonlyMap<Hash64, Peer>): (group: Group) => boolean {
  const wanted = new Set(namespaces);
  const has = (id: Hash64) => {
    const peer = peers.get(id);
    return peer !== undefined && wanted.has(namesOf(peer).namespace);
  };
  return ({ srcId, dstId }) => has(srcId) || has(dstId);
}

export async function readEdges(
  session: ReadSession,
  memory: ReadMemory,
  wanted: TimeRange,
  options: EdgeOptions,
): Promise<EdgeAnswer> {
  const limit = Math.min(options.limit ?? EDGES_MAX, EDGES_MAX);
  const range = coveredRange(wanted);
  const segments = planSegments(range, await affordableHorizons(session, range));
  const query = { segments, groupsMax: limit * GROUPS_PER_EDGE };
  const { pairs, groups, peers, truncated } = await readPairs(session, memory, query, options);
  const edges = [...pairs.values()].map((pair) => toEdge(pair, peers)).filter((edge) => edge !== null);
  edges.sort(byVolume);
  const levels = segments.map(({ level }) => level).sort((a, b) => b - a);
  return {
    fromMs: segments[0]?.fromMs ?? range.fromMs,
    toMs: segments.at(-1)?.toMs ?? range.toMs,
    edges: edges.slice(0, limit),
    truncated: truncated || edges.length > limit,
    resolutions: [...new Set([levels[0], levels.at(-1)])].filter((l): l is ResolutionSeconds => l !== undefined),
    losses: [...(await readLosses(session, range)), ...undefinedPeers(groups, peers)],
    frontierMs: (await readFrontier(session)).lastMs,
  };
}

/** Ids of the peers that an answer about `pairs` names or asks about. */
function idsOf(pairs: Iterable<Pair>, services: Sums['services']): Set<Hash64> {
  const ids = new Set<Hash64>();
  for (const { srcId, dstId } of pairs) {
    ids.add(srcId);
    ids.add(dstId);
  }
  for (const counts of services.values()) for (const id of counts.keys()) ids.add(id);
  return ids;
}

function inNamespaces(namespaces: string, { org, cluster }: { org: string; cluster: string }): string {
  const ids = `(SELECT id FROM flow.peers WHERE org_id = ${org} AND cluster_id = ${cluster} AND namespace = ANY (${namespaces}::text[]))`;
  return `(src IN ${ids} OR dst IN ${ids})`;
}

function byVolume(a: MergedEdge, b: MergedEdge): number {
  const volume = (e: MergedEdge) => e.bytesForward + e.bytesReverse;
  return volume(b) - volume(a) || (a.srcId < b.srcId ? -1 : a.srcId > b.srcId ? 1 : a.dstId < b.dstId ? -1 : 1);
}
