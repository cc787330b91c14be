import type { Cidr } from '../address/cidr.ts';
import type { LabelSelector } from '../kubernetes.ts';

export type Direction = 'ingress' | 'egress';

/** A policy as the evaluator reads it: understood once, then only compared. */
export interface ParsedPolicy {
  readonly kind: 'NetworkPolicy';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Null selects every pod of the namespace: the selector could not be understood, and that must not open anything. */
  readonly podSelector: LabelSelector | null;
  readonly isolates: Readonly<Record<Direction, boolean>>;
  readonly rules: Readonly<Record<Direction, readonly ParsedRule[]>>;
  /** What could not be understood and therefore allows nothing; for a person to read. */
  readonly problems: readonly string[];
}
export interface ParsedRule {
  /** Place in spec.ingress or spec.egress; rules that were dropped leave a gap. */
  readonly index: number;
  readonly peers: readonly ParsedPeer[] | 'any';
  readonly ports: readonly ParsedPort[] | 'any';
}
export type ParsedPeer =
  | {
      readonly kind: 'pods';
      /** Null: all pods of the namespaces. */
      readonly podSelector: LabelSelector | null;
      /** Null: the policy's own namespace. */
      readonly namespaceSelector: LabelSelector | null;
    }
  | { readonly kind: 'addresses'; readonly cidr: Cidr; readonly except: readonly Cidr[] };
export interface ParsedPort {
  /** IANA protocol number. */
  readonly protocol: number;
  readonly match:
    | { readonly kind: 'any' }
    | { readonly kind: 'range'; readonly from: number; readonly to: number }
    | { readonly kind: 'named'; readonly name: string };
}
