import type { End } from './end.ts';
import type { ObservedEdge } from './types.ts';
import type { Unit } from './unit.ts';

/** What one edge teaches one unit: let this peer use this port. */
export interface Lesson {
  readonly kind: 'lesson';
  readonly unit: Unit;
  readonly direction: 'ingress' | 'egress';
  readonly peer: End;
  readonly protocol: number;
  /** The port that the destination listens on itself, never a Service's. */
  readonly port: number;
  readonly edge: ObservedEdge;
  /** Text of the port that was seen where this one is allowed only beside it; null when it was seen. */
  readonly pairedWith: string | null;
  /** How many workloads may have answered behind the Service; 1 where it is known. */
  readonly backends: number;
}
/** What one unit does not learn from an edge, and why. */
export interface Omission {
  readonly kind: 'omission';
  readonly unit: Unit;
  readonly direction: 'ingress' | 'egress';
  readonly edge: ObservedEdge;
  readonly sentence: string;
  readonly reason: string;
  readonly connections: number;
  readonly isNewDemand: boolean;
}
