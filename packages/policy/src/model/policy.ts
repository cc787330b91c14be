import type { AddressRange } from '../address/address-range.ts';
import type { Selector } from '../selector/selector.ts';

export type Direction = 'ingress' | 'egress';
export type Action = 'allow' | 'deny' | 'pass' | 'log';

/** Kinds as traces, CLI and wire name them: a Kubernetes NetworkPolicy is a `KubernetesNetworkPolicy`, `NetworkPolicy` is Calico's. */
export type PolicyKind =
  | 'NetworkPolicy'
  | 'GlobalNetworkPolicy'
  | 'StagedNetworkPolicy'
  | 'StagedGlobalNetworkPolicy'
  | 'StagedKubernetesNetworkPolicy'
  | 'KubernetesNetworkPolicy'
  | 'KubernetesClusterNetworkPolicy'
  | 'AdminNetworkPolicy'
  | 'BaselineAdminNetworkPolicy';

/** All policies of a cluster, sorted. Independent of the cluster's pods. */
export interface PolicySet {
  /** Every policy of the input that was understood, staged ones included, in the order of evaluation. */
  readonly policies: readonly PolicyModel[];
  /** What the data plane runs: tiers in order, each with its policies in order; no staged policy, no empty tier. */
  readonly enforced: readonly Tier[];
  /** What it would run were all staged policies enforced now; `enforced` itself where nothing is staged. */
  readonly pending: readonly Tier[];
}
export interface Tier {
  readonly name: string;
  /** Infinity: last. */
  readonly order: number;
  /** What becomes of a packet that policies of the tier govern and no rule matches. */
  readonly defaultAction: 'deny' | 'pass';
  readonly policies: readonly PolicyModel[];
}

/** One policy of any kind, in Calico's terms: Kubernetes kinds are converted (one rule per protocol and peer). */
export interface PolicyModel {
  readonly kind: PolicyKind;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly tier: string;
  /** Infinity: last of its tier. */
  readonly order: number;
  readonly staged: boolean;
  /** Of a policy staged in Margay: it stands for, or takes away, the policy of its name. */
  readonly stagedIn: 'calico' | 'margay' | null;
  readonly stagedAction: 'Set' | 'Delete' | 'Learn' | 'Ignore' | null;
  /** Over the flat labels of pods; namespace, service account and orchestrator limits are folded in. */
  readonly subject: Selector;
  /** False for doNotTrack and preDNAT policies, which govern host endpoints only. */
  readonly governsPods: boolean;
  readonly applyOnForward: boolean;
  /** Directions that it governs. A governed direction without rules isolates. */
  readonly governs: Readonly<Record<Direction, boolean>>;
  /** Rules of a direction that it does not govern are empty. */
  readonly rules: Readonly<Record<Direction, readonly Rule[]>>;
  /** Where it was read; the text of its spec as it stands. */
  readonly source: PolicySource;
}
export interface PolicySource {
  readonly file: string;
  /** Place of the document in the file, from 0. */
  readonly document: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: unknown;
}

/** All conditions must hold. */
export interface Rule {
  /** Its number in traces: place in the list as written, or in the converted list of Kubernetes kinds. */
  readonly index: number;
  readonly action: Action;
  /** Name that the author gave it, if any. */
  readonly name: string;
  /** The rule does not exist for the other family; null: both. */
  readonly family: 4 | 6 | null;
  /** IANA number; null: any. */
  readonly protocol: number | null;
  readonly notProtocol: number | null;
  readonly icmp: IcmpMatch | null;
  readonly notIcmp: IcmpMatch | null;
  readonly source: Side;
  readonly destination: Side;
  /** Place in the spec as written (`ingress[2]`), which differs from `index` in converted kinds. */
  readonly path: string;
}
export interface IcmpMatch {
  readonly type: number;
  /** Null: any. */
  readonly code: number | null;
}

/** One end of a rule; null and empty fields are no condition. All conditions must hold. */
export interface Side {
  /** Some member that holds the address must match. */
  readonly selector: Selector | null;
  /** No member that holds the address may match. (Beside a positive part it is folded into `selector` instead.) */
  readonly notSelector: Selector | null;
  /** The address lies in one of them. An empty list is a condition that nothing meets. */
  readonly nets: readonly AddressRange[] | null;
  /** The address lies in none of them. */
  readonly notNets: readonly AddressRange[];
  readonly ports: PortMatch | null;
  readonly notPorts: PortMatch | null;
  /** Addresses of the Service's slices; as a destination their protocol and port too. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
  /** The address is of a node whose own labels match (AdminNetworkPolicy peers `nodes`). */
  readonly nodes: Selector | null;
}
/** One of the ranges, or one of the names: a name is the port that a member at this end, matching the side's selector, declares under it. */
export interface PortMatch {
  readonly ranges: readonly { readonly first: number; readonly last: number }[];
  readonly names: readonly string[];
}
