import type { Inventory, MergedEdge } from '@margay/model';
import type { NetworkPolicy } from '../kubernetes.ts';

/** An edge with what else is known of it; whatever is absent is not claimed. */
export type ObservedEdge = MergedEdge & {
  /** Epoch hours (ms / 3,600,000, rounded down) in which it was seen. */
  readonly hours?: readonly number[];
  /** Names of the pods at either end that were seen to take part. */
  readonly srcPods?: readonly string[];
  readonly dstPods?: readonly string[];
  /** Names that the source had resolved to the destination's address when it connected. */
  readonly dnsNames?: readonly string[];
};

/** Input of the recommender: everything comes in as an argument, so that the same input gives the same policies. */
export interface RecommendInput {
  readonly edges: readonly ObservedEdge[];
  readonly inventory: Inventory;
  /** Interval the edges were read over, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Flows known to be lost in that interval; drawn on the recommendation. */
  readonly lostFlows: number;
  /** Namespace of Margay's own agent, which gets no recommendation; `margay` where absent. */
  readonly agentNamespace?: string;
  /** A policy for each workload, or one for all those of a namespace that have the same needs; `workload` where absent. */
  readonly per?: 'workload' | 'namespace';
  /** Policies that Margay rolled out: what they denied is listed as new demand, and never learnt. */
  readonly ownPolicies?: readonly { readonly namespace: string; readonly name: string }[];
  /** Share of lost flows, 0 to 1, beyond which nothing is recommended; any loss is taken where absent. */
  readonly lossLimit?: number;
  /** Shortest prefixes that addresses outside may be put together in, such as 24 and 64; single addresses where absent. */
  readonly cidrCeiling?: CidrCeiling;
  /** Addresses of one set share a rule. */
  readonly networkSets?: readonly NamedNets[];
  /** `api.example.co.uk` → `example.co.uk`: names of one domain share a rule. Each name is its own where absent or null. */
  readonly registrableDomain?: (dnsName: string) => string | null;
}
export interface CidrCeiling {
  readonly v4: number;
  readonly v6: number;
}
export interface NamedNets {
  readonly name: string;
  readonly namespace?: string | null;
  /** CIDRs or addresses. */
  readonly nets: readonly string[];
}

/** Why an entry stands in the policy. Counts are over the interval read. */
export interface RuleEvidence {
  readonly connections: number;
  readonly flows: number;
  readonly bytes: number;
  readonly firstSeenMs: number | null;
  readonly lastSeenMs: number | null;
  /** Peers as they were seen, in words (`shop/frontend`, `203.0.113.7`, `node worker-1`). */
  readonly peers: readonly string[];
  readonly ports: readonly string[];
  /** Service addressed, where known. */
  readonly services: readonly string[];
  /** e.g. "paired with UDP 53, not seen itself"; null when it was seen. */
  readonly note: string | null;
  /** The edges behind it, busiest first, at most 20; `edgeCount` is all of them. */
  readonly edges: readonly EvidenceEdge[];
  readonly edgeCount: number;
  readonly observed: ObservedTimes;
  /** Null where nobody told which pods took part. */
  readonly replicas: ReplicaShare | null;
  /** Names that peers were resolved by. */
  readonly dnsNames: readonly string[];
  readonly confidence: Confidence;
}
export interface EvidenceEdge {
  /** Keys of peers, as the graph uses them. */
  readonly src: string;
  readonly dst: string;
  readonly port: string;
  readonly connections: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}
/** In how many hours and days (UTC) it was seen. Not exact: only the first and the last time are known, it may have been more. */
export interface ObservedTimes {
  readonly hours: number;
  readonly days: number;
  readonly exact: boolean;
}
/** How many of the workload's current pods showed it. */
export interface ReplicaShare {
  readonly showed: number;
  readonly current: number;
  /** Pods that never did; a few by name. */
  readonly silent: readonly string[];
}
export type ConfidenceLevel = 'high' | 'medium' | 'low';
export type ConfidenceCode =
  | 'short-window'
  | 'seen-once'
  | 'loss'
  | 'period-unconfirmed'
  | 'silent-replicas'
  | 'backend-unknown';
export interface ConfidenceReason {
  readonly code: ConfidenceCode;
  /** How far it takes confidence down by itself. */
  readonly level: Exclude<ConfidenceLevel, 'high'>;
  readonly text: string;
}
/** The lowest level of its reasons; `high` without any. */
export interface Confidence {
  readonly level: ConfidenceLevel;
  readonly reasons: readonly ConfidenceReason[];
}
/** One entry = one rule of the NetworkPolicy: `index` is its place in spec.ingress or spec.egress. */
export interface RecommendedRule {
  readonly direction: 'ingress' | 'egress';
  readonly index: number;
  /** "Allow frontend on TCP 5050" */
  readonly sentence: string;
  readonly evidence: RuleEvidence;
  /** What is wider than it should be because the evidence leaves no choice. */
  readonly findings: readonly RuleFinding[];
}
export interface RuleFinding {
  readonly code: 'any-address' | 'private-range' | 'wider-than-seen';
  readonly text: string;
}
export interface LeftOut {
  readonly sentence: string;
  readonly reason: string;
  readonly connections: number;
  /** A policy of Margay's own denied it: it may be wanted, which a person decides. */
  readonly isNewDemand?: true;
}
/** What of the connections that a workload was seen to have its rules let through. */
export interface Coverage {
  /** Those that got through when they were seen. */
  readonly connections: number;
  readonly allowed: number;
  /** Attempts that were denied: no part of `connections`. */
  readonly denied: number;
  /** `allowed` in `connections`, 0 to 1; null without any. */
  readonly share: number | null;
  /** What its rules do not let through, and why. */
  readonly uncovered: readonly LeftOut[];
}
export interface Recommendation {
  /** Stable over runs: `workload/<ns>/<kind>/<name>`, several joined by "+" where no selector separates them. */
  readonly key: string;
  readonly workloads: readonly { namespace: string; kind: string; name: string }[];
  readonly namespace: string;
  /** Null when there is nothing to recommend; `refusal` then says why ("no traffic seen", "host network"). */
  readonly policy: NetworkPolicy | null;
  readonly yaml: string | null;
  readonly refusal: string | null;
  readonly rules: readonly RecommendedRule[];
  /** Lines a reader must see: two workloads share a selector, a node address stands for kubelet probes, flows were lost. */
  readonly notes: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** SHA-256-64 of the policy's canonical text: changes only when the policy does. */
  readonly fingerprint: string;
}
/** As the recommender gives it, with what is known only while the edges are at hand. */
export interface CoveredRecommendation extends Recommendation {
  readonly coverage: Coverage;
}
