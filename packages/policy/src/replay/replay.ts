import type { MergedEdge, Peer } from '@margay/model';
import { createClassifierJudge } from './classifier-judge.ts';
import { type Compared, createComparison, type JudgedPeer } from './compare-edge.ts';
import { explainEdge } from './explain-edge.ts';
import { createHeaderCases } from './header-cases.ts';
import type { Judge, JudgedEnd } from './judge.ts';
import { createPeerCases } from './peer-cases.ts';
import { type JudgedPeers, quickOutcomes } from './quick-outcomes.ts';
import { createTally, sortReplayed } from './sum-up.ts';
import type { Replay, ReplayedEdge, ReplayView } from './types.ts';
import { pairViews, type ViewPair } from './views.ts';

export interface ReplayInput {
  /** The policies as they are, and as the candidate has them. */
  readonly before: ReplayView;
  readonly after: ReplayView;
  /** In any order; the answer does not depend on it. */
  readonly edges: Iterable<MergedEdge>;
  /** Name the edges too for which nothing changes, not only their sum. */
  readonly unchanged?: boolean;
}

/**
 * What a candidate would have made of recorded traffic, against what the current policies make of it: each edge newly denied, newly allowed, unchanged, or
 * undecided where that depends on what was not recorded. Both sides are what `evaluate` says of the recorded peers, whatever the kernel said then.
 */
export function replay({ before, after, edges, unchanged = false }: ReplayInput): Replay {
  const views = pairViews(before, after);
  return replayWith(createClassifierJudge(views), views, { edges, unchanged });
}

/** The same with verdicts from elsewhere. */
export function replayWith<E extends JudgedEnd>(
  judge: Judge<E>,
  views: ViewPair,
  { edges, unchanged }: { readonly edges: Iterable<MergedEdge>; readonly unchanged: boolean },
): Replay {
  const peers = createJudgedPeers(judge, views);
  const compare = createComparison(judge, createHeaderCases(views), views);
  const tally = createTally();
  const found: ReplayedEdge[] = [];
  const all = [...edges];
  const quickly = quickOutcomes(all, peers, compare.quick);
  for (let place = 0; place < all.length; place++) {
    const edge = all[place] as MergedEdge;
    const quick = quickly(place);
    if (quick === 'unchanged' && !unchanged) {
      tally.add(quick, edge);
      continue;
    }
    const compared = compare.full(edge, peers.of(edge, 'src'), peers.of(edge, 'dst'), quick);
    tally.add(compared.outcome, edge);
    if (unchanged || compared.outcome !== 'unchanged') found.push(replayed(edge, compared, views));
  }
  return { edges: sortReplayed(found), sums: tally.sums() };
}

function replayed(
  edge: MergedEdge,
  { outcome, why, cases, instance }: Compared<JudgedEnd>,
  views: ViewPair,
): ReplayedEdge {
  return { edge, outcome, why, cases, explain: () => explainEdge(views, instance) };
}

/** Peers recur in thousands of edges: each is made ready once, a Service once for each of its ports. */
function createJudgedPeers<E extends JudgedEnd>(judge: Judge<E>, views: ViewPair): JudgedPeers<E> {
  const casesOf = createPeerCases(views);
  const known = new Map<string, JudgedPeer<E>>();
  const all: JudgedPeer<E>[] = [];
  const make = (peer: Peer, asked: { protocol: number; port: number }): JudgedPeer<E> => {
    const { cases, why, unidentified } = casesOf(peer, asked);
    const ready = cases.map(({ end, port, what }) => {
      return { end: judge.ready(end), family: end.before.ranges[0]?.family ?? null, port, what };
    });
    const alike = {
      egress: ready.every(({ end }) => end.alike.egress),
      ingress: ready.every(({ end }) => end.alike.ingress),
    };
    const only = ready.length === 1 && unidentified === null ? (ready[0] ?? null) : null;
    const judged = { number: all.length, cases: ready, only, why, unidentified, alike };
    all.push(judged);
    return judged;
  };
  const of: JudgedPeers<E>['of'] = (edge, end) => {
    const id = end === 'src' ? edge.srcId : edge.dstId;
    const found = known.get(id);
    if (found !== undefined) return found;
    const peer = edge[end];
    const key = peer.kind === 'service' ? `${id}/${edge.protocol}/${edge.port}` : id;
    const judged = known.get(key) ?? make(peer, edge);
    known.set(key, judged);
    return judged;
  };
  return { of, all };
}
