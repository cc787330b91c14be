import type { Direction, ParsedPolicy } from '../parse/parsed-policy.ts';
import { matchesSelector } from '../selector/matches-selector.ts';
import type { Endpoint } from './endpoint.ts';
import { matchesRule } from './matches-rule.ts';

/** A new connection after Service translation: `dst` is the backend and `port` its own port. `protocol` is an IANA number. */
export interface Connection {
  readonly src: Endpoint;
  readonly dst: Endpoint;
  readonly protocol: number;
  readonly port: number;
}
/** What one end says of it. */
export interface DirectionResult {
  readonly allowed: boolean;
  /** Policies that select the end in this direction; it is isolated when there is any. */
  readonly isolating: readonly ParsedPolicy[];
  /** Those of them that allow, each with the index of its first rule that does. */
  readonly allowing: readonly { readonly policy: ParsedPolicy; readonly rule: number }[];
}
export interface Evaluation {
  /** Egress at the source and ingress at the destination both allow. */
  readonly allowed: boolean;
  readonly egress: DirectionResult;
  readonly ingress: DirectionResult;
}

/**
 * Kubernetes NetworkPolicy v1: an end that no policy selects in its direction is open; otherwise some rule of some selecting policy must match.
 * Strict about nodes: that a pod's own node always reaches it (Kubernetes' promise to the kubelet) is not assumed here.
 */
export function evaluate(policies: readonly ParsedPolicy[], connection: Connection): Evaluation {
  const egress = evaluateDirection(selecting(policies, connection.src, 'egress'), 'egress', connection);
  const ingress = evaluateDirection(selecting(policies, connection.dst, 'ingress'), 'ingress', connection);
  return { allowed: egress.allowed && ingress.allowed, egress, ingress };
}

/** The policies that govern `end` in `direction`. */
export function selecting(policies: readonly ParsedPolicy[], end: Endpoint, direction: Direction): ParsedPolicy[] {
  const { pod } = end;
  if (pod === null) return [];
  return policies.filter(
    (policy) =>
      policy.isolates[direction] &&
      policy.namespace === pod.namespace &&
      (policy.podSelector === null || matchesSelector(policy.podSelector, pod.labels)),
  );
}

/** The verdict of one end, given the policies that select it. */
export function evaluateDirection(
  isolating: readonly ParsedPolicy[],
  direction: Direction,
  connection: Connection,
): DirectionResult {
  const peer = direction === 'ingress' ? connection.src : connection.dst;
  const allowing: { policy: ParsedPolicy; rule: number }[] = [];
  for (const policy of isolating) {
    const rule = policy.rules[direction].find((candidate) => matchesRule(policy, candidate, peer, connection));
    if (rule !== undefined) allowing.push({ policy, rule: rule.index });
  }
  return { allowed: isolating.length === 0 || allowing.length > 0, isolating, allowing };
}
