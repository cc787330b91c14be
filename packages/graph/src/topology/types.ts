import type { Peer, Verdict } from '@margay/model';

/** An edge as the graph needs it; what the graph verb answers has all of it. */
export interface EdgeInput {
  readonly srcKey: string;
  readonly src: Peer;
  readonly dstKey: string;
  readonly dst: Peer;
  readonly protocol: number;
  readonly port: number;
  readonly service: { readonly namespace: string; readonly name: string } | null;
  readonly verdict: Verdict;
  readonly connectionsStarted: number;
  readonly bytesForward: number;
  readonly bytesReverse: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}
/** A workload with what protects it. */
export interface WorkloadInput {
  readonly key: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: number;
  readonly hostNetwork: boolean;
  readonly ingressPolicies: readonly string[];
  readonly egressPolicies: readonly string[];
}

/** Traffic that is everywhere and says little: hidden at first, with its count. */
export const LAYERS = ['dns', 'probes'] as const;
export type Layer = (typeof LAYERS)[number];
/** What a person looks for. A lens moves the emphasis, it removes nothing. */
export const LENSES = ['all', 'denied', 'none', 'new'] as const;
export type Lens = (typeof LENSES)[number];

export interface TopologyInput {
  readonly edges: readonly EdgeInput[];
  readonly workloads: readonly WorkloadInput[];
  /** Ids of groups that show what is in them; the others are one node each. */
  readonly expanded: ReadonlySet<string>;
  readonly lens?: Lens;
  readonly hiddenLayers?: ReadonlySet<Layer>;
  /** Length of the interval the edges were read over; rates are per second of it. */
  readonly rangeMs: number;
  /** An edge first seen at or after this moment is new; none is where absent. */
  readonly newSinceMs?: number;
}

export type GroupKind = 'namespace' | 'callers' | 'outside' | 'nodes' | 'unknown';
/** Workloads that a policy covers, of those that one can cover (host network not). */
export interface Coverage {
  readonly ingress: number;
  readonly egress: number;
  readonly of: number;
}
export interface TopologyGroup {
  readonly id: string;
  readonly kind: GroupKind;
  readonly label: string;
  readonly members: number;
  readonly coverage: Coverage;
}
export interface TopologyNode {
  readonly id: string;
  /** A peer's kind, or the kind of the group that stands collapsed. */
  readonly kind: Peer['kind'] | GroupKind;
  readonly isCollapsedGroup: boolean;
  readonly label: string;
  /** The group it stands in; null at the top level. */
  readonly group: string | null;
  readonly namespace: string | null;
  /** Deployment, StatefulSet, …; null for all but workloads. */
  readonly workloadKind: string | null;
  /** What a collapsed group holds; 1 otherwise. */
  readonly members: number;
  readonly pods: number | null;
  readonly coverage: Coverage;
  /** Edges within a collapsed group: they exist and are not drawn. */
  readonly internalEdges: number;
  readonly inLens: boolean;
}
export interface TopologyEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** The worst that is in it: denied, then no policy, then allowed. */
  readonly verdict: Verdict;
  /** Edges behind it by verdict. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Pairs of peers behind it; more than 1 only where an end is collapsed. */
  readonly pairs: number;
  /** The first 20 by protocol and number, as text. */
  readonly ports: readonly string[];
  readonly portCount: number;
  readonly connections: number;
  readonly bytes: number;
  readonly connectionsPerSecond: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly isNew: boolean;
  readonly inLens: boolean;
}
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly groups: readonly TopologyGroup[];
  readonly edges: readonly TopologyEdge[];
  /** Drawn edges that each lens finds. */
  readonly lensCounts: Readonly<Record<Lens, number>>;
  /** Edges of each layer that are not drawn now. */
  readonly hiddenCounts: Readonly<Record<Layer, number>>;
}
