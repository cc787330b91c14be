import { createDecider } from '../decide/create-decider.ts';
import type { ObservedEdge, RecommendInput } from './types.ts';

/** Whether a policy that Margay rolled out is what denied an edge: somebody wants what was not seen before it. */
export type IsNewDemand = (edge: ObservedEdge) => boolean;

export function findNewDemand({ inventory, ownPolicies = [] }: RecommendInput): IsNewDemand {
  if (ownPolicies.length === 0) return () => false;
  const own = new Set(ownPolicies.map(keyOf));
  const decide = createDecider(inventory);
  // What denies comes first among those that have a say.
  return (edge) =>
    edge.action === 'deny' &&
    decide(edge)
      .decidedBy.slice(0, 1)
      .some((policy) => own.has(keyOf(policy)));
}

const keyOf = ({ namespace, name }: { namespace: string; name: string }) => JSON.stringify([namespace, name]);
