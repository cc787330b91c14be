import { governing } from '../engine/governing.ts';
import type { Tier } from '../model/policy.ts';
import type { PolicyView } from './classifier.ts';

/** Tiers that do not change, such as `enforced` and `pending` of a policy set. */
export const viewOf = (tiers: readonly Tier[]): PolicyView => ({ governing: (pod) => governing(tiers, pod) });
