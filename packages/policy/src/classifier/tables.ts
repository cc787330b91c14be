import type { AddressRange } from '../address/address-range.ts';
import type { TraceEntry } from '../model/evaluation.ts';
import type { Direction } from '../model/policy.ts';

/** Numbers from `first` to `last`, both included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A product of conditions, with every negation complemented: a packet matches where all that are not null hold. `icmp` is `type << 8 | code`, of
 * protocols 1 and 58 only. Conditions on the governed end itself are folded in already, named ports are numbers.
 */
export interface Clause {
  /** Name of the address set that the other end must be in; null: anybody. */
  readonly peers: string | null;
  readonly family: 4 | 6 | null;
  readonly protocols: readonly NumberRange[] | null;
  readonly destinationPorts: PortCondition | null;
  readonly sourcePorts: PortCondition | null;
  readonly icmp: IcmpCondition | null;
  readonly action: 'allow' | 'deny' | 'pass';
  /** What the trace says when the clause decides. Several clauses may stand for one rule. */
  readonly hit: TraceEntry;
}
export interface PortCondition {
  readonly ranges: readonly NumberRange[];
  /** A packet without ports (ICMP, GRE, …) matches too: what is left of `notPorts`. */
  readonly orNone: boolean;
}
export interface IcmpCondition {
  readonly ranges: readonly NumberRange[];
  /** Packets that are not ICMP match too: what is left of `notICMP`. */
  readonly orNone: boolean;
}

/** All that decides over one direction of an endpoint: tiers in order, in each the first clause that matches, else its end. What every tier passes comes to `closing`. */
export interface PolicySetTable {
  /** Stands for the content: equal sets have equal ids, and no id is ever used for another content. */
  readonly id: string;
  readonly direction: Direction;
  readonly tiers: readonly TierTable[];
  /** The namespace's profile; `hit` null: there is none, and the packet is denied. */
  readonly closing: { readonly action: 'allow' | 'deny'; readonly hit: TraceEntry | null };
}
export interface TierTable {
  readonly name: string;
  readonly clauses: readonly Clause[];
  readonly end: { readonly action: 'deny' | 'pass'; readonly hit: TraceEntry };
}

/** A pod that policies govern, at one address. */
export interface EndpointTable {
  readonly namespace: string;
  readonly name: string;
  readonly address: AddressRange;
  /** Ids of policy sets. */
  readonly egress: string;
  readonly ingress: string;
}

/** What a data plane programs for the endpoints that were asked for. Pure data; deterministic. */
export interface DataPlaneTables {
  /** Disjoint, sorted (IPv4 first) and merged addresses by name. A name stands for a condition: a pod that joins changes the content, not the name. */
  readonly addressSets: ReadonlyMap<string, readonly AddressRange[]>;
  readonly policySets: ReadonlyMap<string, PolicySetTable>;
  /** Sorted by namespace, name, address. */
  readonly endpoints: readonly EndpointTable[];
}
