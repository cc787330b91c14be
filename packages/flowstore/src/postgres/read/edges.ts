import type { Hash64, MergedEdge, Peer, ResolutionSeconds } from '@margay/model';
import type { EdgeAnswer, EdgeOptions, TimeRange } from '../../contract.ts';
import { namesOf } from '../../merge/filter.ts';
import { addGroups, type Pair, type Sums } from '../../merge/merge-sides.ts';
import { resolveServices } from '../../merge/resolve-services.ts';
import { toEdge } from '../../merge/to-edge.ts';
import { affordableHorizons } from './affordable.ts';
import { readFrontier } from './frontier.ts';
import { type GroupQuery, readGroups } from './groups.ts';
import type { HourMemory } from './hour-memory.ts';
import { type NodeLoss, readLosses, undefinedPeers } from './losses.ts';
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
  readonly peers: ReadonlyMap<Hash64, Peer>;
  /** What cannot be shown, since the definition of a peer has not come. */
  readonly losses: readonly NodeLoss[];
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
  const { sums, truncated } = await readSums(session, memory, query, namespaces);
  const peers = await memory.peers.load(session, idsOf(sums));
  const { pairs, services } = namespaces ? within(sums, isIn(namespaces, peers)) : sums;
  const losses = undefinedPeers(pairs.values(), peers);
  const explained = resolveServices(pairs, services, peers, backends);
  return { pairs, explained, peers, losses, truncated };
}

type OwnSums = ReturnType<typeof addGroups>;

/** Sums over the whole interval. */
async function readSums(
  session: ReadSession,
  { hours }: ReadMemory,
  query: Omit<GroupQuery, 'bucketSeconds' | 'addresses' | 'keep' | 'where'>,
  namespaces: readonly string[] | undefined,
): Promise<{ sums: OwnSums; truncated: boolean }> {
  const whole = query.segments.find(({ level }) => level === 3600);
  const known = whole && (await hours.sumsOf(session, whole));
  const { groups, truncated } = await readGroups(session, {
    ...query,
    ...(known && { levels: query.segments.filter((segment) => segment !== whole) }),
    bucketSeconds: 0,
    addresses: false,
    keep: 'busiest',
    ...(namespaces && { where: (parameters, scope) => inNamespaces(parameters.add(namespaces), scope) }),
  });
  return { sums: addGroups(groups, known ?? undefined), truncated };
}

function within({ pairs, services }: Sums, wanted: (pair: Pair) => boolean): OwnSums {
  return { pairs: new Map([...pairs].filter(([, pair]) => wanted(pair))), services };
}

function isIn(namespaces: readonly string[], peers: ReadonlyMap<Hash64, Peer>): (pair: Pair) => boolean {
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
  const { pairs, peers, losses, truncated } = await readPairs(session, memory, query, options);
  const edges = byVolume([...pairs.values()].map((pair) => toEdge(pair, peers)).filter((edge) => edge !== null));
  const levels = segments.map(({ level }) => level).sort((a, b) => b - a);
  return {
    fromMs: segments[0]?.fromMs ?? range.fromMs,
    toMs: segments.at(-1)?.toMs ?? range.toMs,
    edges: edges.slice(0, limit),
    truncated: truncated || edges.length > limit,
    resolutions: [...new Set([levels[0], levels.at(-1)])].filter((l): l is ResolutionSeconds => l !== undefined),
    losses: [...(await readLosses(session, range)), ...losses],
    frontierMs: (await readFrontier(session)).lastMs,
  };
}

/** Ids of the peers that an answer names or asks about. */
function idsOf({ pairs, services }: Sums): Set<Hash64> {
  const ids = new Set<Hash64>();
  for (const { srcId, dstId } of pairs.values()) {
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

/** Busiest first. The sums are made once an edge, not once a comparison. */
function byVolume(edges: readonly MergedEdge[]): MergedEdge[] {
  return edges
    .map((edge) => ({ edge, volume: edge.bytesForward + edge.bytesReverse }))
    .sort((a, b) => b.volume - a.volume || compareEnds(a.edge, b.edge))
    .map(({ edge }) => edge);
}

function compareEnds(a: MergedEdge, b: MergedEdge): number {
  return a.srcId < b.srcId ? -1 : a.srcId > b.srcId ? 1 : a.dstId < b.dstId ? -1 : 1;
}
