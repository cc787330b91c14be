import type { Hash64, MergedEdge, Peer, ResolutionSeconds } from '@margay/model';
import type { EdgeAnswer, EdgeOptions, TimeRange } from '../../contract.ts';
import type { Group } from '../../merge/group.ts';
import { mergeSides, type Pair } from '../../merge/merge-sides.ts';
import { resolveServices } from '../../merge/resolve-services.ts';
import { toEdge } from '../../merge/to-edge.ts';
import { affordableHorizons } from './affordable.ts';
import { readFrontier } from './frontier.ts';
import { type GroupQuery, readGroups } from './groups.ts';
import { readLosses, undefinedPeers } from './losses.ts';
import type { PeerCache } from './peer-cache.ts';
import { planSegments } from './plan.ts';
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

/** Both reporters of `query`'s groups merged, Services resolved. */
export async function readPairs(
  session: ReadSession,
  cache: PeerCache,
  query: GroupQuery,
  options: Pick<EdgeOptions, 'backends'> = {},
): Promise<PairAnswer> {
  const { groups, truncated } = await readGroups(session, query);
  const peers = await cache.load(session, idsOf(groups));
  const pairs = mergeSides(groups);
  const explained = resolveServices(pairs, groups, peers, options.backends);
  return { pairs, explained, groups, peers, truncated };
}

export async function readEdges(
  session: ReadSession,
  cache: PeerCache,
  range: TimeRange,
  options: EdgeOptions,
): Promise<EdgeAnswer> {
  const limit = Math.min(options.limit ?? EDGES_MAX, EDGES_MAX);
  const segments = planSegments(range, await affordableHorizons(session, range));
  const { pairs, groups, peers, truncated } = await readPairs(
    session,
    cache,
    {
      segments,
      bucketSeconds: 0,
      addresses: false,
      groupsMax: limit * GROUPS_PER_EDGE,
      keep: 'busiest',
      where: options.namespaces && ((parameters, scope) => inNamespaces(parameters.add(options.namespaces), scope)),
    },
    options,
  );
  const edges = [...pairs.values()].map((pair) => toEdge(pair, peers)).filter((edge) => edge !== null);
  edges.sort(byVolume);
  const levels = segments.map(({ level }) => level).sort((a, b) => b - a);
  return {
    edges: edges.slice(0, limit),
    truncated: truncated || edges.length > limit,
    resolutions: [...new Set([levels[0], levels.at(-1)])].filter((l): l is ResolutionSeconds => l !== undefined),
    losses: [...(await readLosses(session, range)), ...undefinedPeers(groups, peers)],
    frontierMs: (await readFrontier(session)).lastMs,
  };
}

export function* idsOf(groups: readonly Group[]): Iterable<Hash64> {
  for (const { srcId, dstId, serviceId } of groups) {
    yield srcId;
    yield dstId;
    yield serviceId;
  }
}

function inNamespaces(namespaces: string, { org, cluster }: { org: string; cluster: string }): string {
  const ids = `(SELECT id FROM flow.peers WHERE org_id = ${org} AND cluster_id = ${cluster} AND namespace = ANY (${namespaces}::text[]))`;
  return `(src IN ${ids} OR dst IN ${ids})`;
}

function byVolume(a: MergedEdge, b: MergedEdge): number {
  const volume = (e: MergedEdge) => e.bytesForward + e.bytesReverse;
  return volume(b) - volume(a) || (a.srcId < b.srcId ? -1 : a.srcId > b.srcId ? 1 : a.dstId < b.dstId ? -1 : 1);
}
