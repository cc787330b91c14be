import type { Inventory, InventoryPolicy } from '@margay/model';
import { modelInventory } from '../inventory/model-inventory.ts';
import type { Problem } from '../parse/problem.ts';
import { type CandidateOptions, overlay } from './overlay.ts';
import type { ReplayView } from './types.ts';

const NOBODY: Omit<Inventory, 'policies'> = {
  namespaces: [],
  workloads: [],
  pods: [],
  services: [],
  endpointSlices: [],
  nodes: [],
};

/** Both sides of a replay over an agent's snapshot: as it is, and with these policy objects applied. What is not understood opens nothing, and is a problem. */
export function modelCandidate(
  inventory: Inventory,
  candidate: readonly InventoryPolicy[],
  options: CandidateOptions = {},
): { readonly before: ReplayView; readonly after: ReplayView; readonly problems: readonly Problem[] } {
  const { cluster, policies } = modelInventory(inventory);
  // Policies are read without a look at pods: the cluster is made once.
  const next = modelInventory({ ...NOBODY, policies: overlay(inventory.policies, candidate, options) });
  return {
    before: { cluster, tiers: policies.enforced },
    after: { cluster, tiers: next.policies.pending },
    problems: next.problems,
  };
}
