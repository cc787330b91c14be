import type { MergedEdge } from '@margay/model';
import type { ClusterModel } from '../model/cluster.ts';
import type { NearestMiss, Trace } from '../model/evaluation.ts';
import type { Direction, Tier } from '../model/policy.ts';

/** Policies as they would be run: of a `PolicySet` its `enforced` or `pending`. */
export interface ReplayView {
  /** The same object in both views unless network sets or host endpoints differ; workloads are those of the first. */
  readonly cluster: ClusterModel;
  readonly tiers: readonly Tier[];
}

/** What a candidate makes of an edge that the current policies allow or deny. `undecided`: it depends on something that was not recorded. */
export const OUTCOMES = ['newly-denied', 'undecided', 'newly-allowed', 'unchanged'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What both ends say in one view; null where no policy can apply, outside the cluster. */
export interface Judgement {
  readonly verdict: 'allow' | 'deny';
  readonly egress: Trace | null;
  readonly ingress: Trace | null;
}
/** One thing that the edge may have been, where it was not recorded exactly. */
export interface ReplayCase {
  /** Such as `10.1.0.0/16`, `behind Service shop/db: shop/db-0`, `port 8080`; the first of those that come out alike. */
  readonly what: string;
  readonly outcome: Exclude<Outcome, 'undecided'>;
}
export interface ReplayedEdge {
  readonly edge: MergedEdge;
  readonly outcome: Outcome;
  /** Why it is undecided; null where it is not. */
  readonly why: string | null;
  /** Of an undecided edge: an example of each outcome that it may have. */
  readonly cases: readonly ReplayCase[];
  /** Worked out when asked for: a candidate may change a million edges. Of an undecided edge, of the first of `cases`. */
  readonly explain: () => Explanation;
}
/** Which rules decide. */
export interface Explanation {
  readonly before: Judgement;
  readonly after: Judgement;
  /** Of a newly denied edge: by direction, the rule that all but one thing speaks for. */
  readonly nearest: Readonly<Record<Direction, NearestMiss | null>>;
}

export interface ReplaySum {
  readonly edges: number;
  /** Connections started; of denied edges, attempts. */
  readonly connections: number;
  /** L3, both ways. */
  readonly bytes: number;
  /** Epoch milliseconds; null: no edge. */
  readonly firstSeenMs: number | null;
  readonly lastSeenMs: number | null;
}
export interface Replay {
  /** What changes, and what is undecided; the unchanged too where they were asked for. By outcome, connections, last seen, names. */
  readonly edges: readonly ReplayedEdge[];
  readonly sums: Readonly<Record<Outcome, ReplaySum>>;
}
