import type { Direction, PolicyKind, PolicyModel, Rule } from './policy.ts';

/** What ended one tier, or the profiles. Log rules leave none. */
export interface TraceEntry {
  /** `__PROFILE__` for the namespace's profile. */
  readonly tier: string;
  readonly kind: PolicyKind | 'Profile';
  readonly namespace: string;
  readonly name: string;
  /** {@link Rule.index}; −1: no rule matched, the tier's default action; the policy named is then the first in scope. */
  readonly rule: number;
  readonly action: 'allow' | 'deny' | 'pass';
}
export interface Trace {
  readonly verdict: 'allow' | 'deny';
  /** In order, up to the verdict. Empty: no policy, and no profile. */
  readonly entries: readonly TraceEntry[];
  /** Of a deny by the end of a tier: every policy of the tier that governs the end; else empty. */
  readonly isolating: readonly PolicyModel[];
}
export interface DirectionEvaluation {
  readonly direction: Direction;
  readonly enforced: Trace;
  /** With staged policies taken as enforced; `enforced` itself where nothing is staged. */
  readonly pending: Trace;
}
export interface Evaluation {
  /** Both ends allow. */
  readonly verdict: 'allow' | 'deny';
  readonly pendingVerdict: 'allow' | 'deny';
  /** At the source; null where it is no pod that policies govern. */
  readonly egress: DirectionEvaluation | null;
  /** At the destination, likewise. */
  readonly ingress: DirectionEvaluation | null;
}

/** Of a deny by isolation: the allow rule that would have let the packet through but for one thing. */
export interface NearestMiss {
  readonly policy: PolicyModel;
  readonly rule: Rule;
  readonly differs: 'port' | 'peer' | 'own end' | 'source port' | 'family';
  /** As the rule has it, and as the packet has it; for a person to read. */
  readonly wanted: string;
  readonly found: string;
}
