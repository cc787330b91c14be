import { type Hash64, LOSS_KINDS, type LossKind, type Peer } from '@margay/model';
import type { Loss } from '@margay/wire';
import type { TimeRange } from '../../contract.ts';
import type { CountedFacts } from '../../merge/facts.ts';
import type { Pair } from '../../merge/merge-sides.ts';
import type { ReadSession } from './session.ts';

export type NodeLoss = Loss & { readonly node: string };

/** What agents counted as lost in `range`, added up by node and kind. */
export async function readLosses({ client, scope }: ReadSession, { fromMs, toMs }: TimeRange): Promise<NodeLoss[]> {
  const { rows } = await client.query<{ node: string; kind: string; count: number; since: number; until: number }>({
    name: 'flow-losses',
    text: `SELECT node, kind, sum(count) AS count, min(since_ms) AS since, max(until_ms) AS until FROM flow.losses
      WHERE org_id = $1 AND cluster_id = $2 AND until_ms >= $3 AND since_ms < $4
      GROUP BY node, kind ORDER BY count DESC, node, kind LIMIT 1000`,
    values: [scope.orgId, scope.clusterId, fromMs, toMs],
  });
  return rows.map(({ node, kind, count, since, until }) => ({
    node,
    kind: LOSS_KINDS.find((known) => known === kind) ?? 'decode',
    count,
    sinceMs: since,
    untilMs: until,
  }));
}

/** Facts that cannot be shown because the definition of a peer has not come (yet): a loss of identity, until it does. */
export function undefinedPeers(pairs: Iterable<Pair>, peers: ReadonlyMap<Hash64, Peer>): NodeLoss[] {
  const lost: CountedFacts[] = [];
  for (const { srcId, dstId, src, dst } of pairs) {
    if (peers.has(srcId) && peers.has(dstId)) continue;
    lost.push(...[src, dst].filter((facts) => facts !== null));
  }
  if (lost.length === 0) return [];
  const kind: LossKind = 'identity';
  return [
    {
      node: '',
      kind,
      count: lost.reduce((sum, { flows }) => sum + flows, 0),
      sinceMs: lost.reduce((first, { firstSeenMs }) => Math.min(first, firstSeenMs), Number.POSITIVE_INFINITY),
      untilMs: lost.reduce((last, { lastSeenMs }) => Math.max(last, lastSeenMs), 0),
    },
  ];
}
