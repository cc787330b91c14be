import { overlapsRange } from '../address/address-range.ts';
import type { ClusterOptions } from '../cluster/build-cluster.ts';
import type { ClusterChange } from '../cluster/cluster-change.ts';
import { createLiveCluster } from '../cluster/live-cluster.ts';
import { podEnd } from '../engine/ends.ts';
import type { TierInput } from '../kinds/tier.ts';
import type { ClusterModel, Pod } from '../model/cluster.ts';
import type { PolicyModel } from '../model/policy.ts';
import { createLivePolicies, type PolicyName } from '../policy-set/live-policies.ts';
import { type ClassifiedEnd, type Classifier, createClassifier, type PolicyView } from './classifier.ts';

/** A policy or a tier as it is now; null: it is gone. */
export type PolicyChange =
  | { readonly kind: 'Policy'; readonly of: PolicyName; readonly policy: PolicyModel | null }
  | { readonly kind: 'Tier'; readonly name: string; readonly tier: TierInput | null };

/** A classifier of a cluster that changes: a change costs what it touches. */
export interface LiveClassifier {
  /** The cluster as it is now. */
  readonly cluster: ClusterModel;
  readonly apply: (change: ClusterChange | PolicyChange) => void;
  /** A pod as an end, resolved once and kept until something about it changes. */
  readonly endOf: (pod: Pod) => ClassifiedEnd;
  /** View 0 is what is enforced, view 1 what would be with all that is staged. Ends that it resolved itself are stale after a change. */
  readonly classifier: () => Classifier;
}

/** Conditions of policies that are gone stay registered until there are this many times more of them than policies. */
const GONE_PER_POLICY_MAX = 2;
const GONE_MIN = 1000;

export function createLiveClassifier(options: ClusterOptions): LiveClassifier {
  const { model: cluster, apply: change } = createLiveCluster(options);
  const policies = createLivePolicies();
  const views: readonly PolicyView[] = [
    { governing: (pod) => policies.governing('enforced', pod) },
    { governing: (pod) => policies.governing('pending', pod) },
  ];
  let classifier = createClassifier(cluster, views);
  let ends = new Map<Pod, ClassifiedEnd>();
  let gone = 0;

  const forget = (pod: Pod) => {
    ends.delete(pod);
    classifier.forget(pod);
  };
  const applyPolicy = (one: PolicyChange) => {
    if (one.kind === 'Tier') {
      if (one.tier === null) policies.removeTier(one.name);
      else policies.setTier(one.tier);
      return;
    }
    gone += policies.remove(one.of) ? 1 : 0;
    if (one.policy !== null) policies.upsert(one.policy);
    if (gone < GONE_MIN || gone < GONE_PER_POLICY_MAX * policies.count()) return;
    classifier = createClassifier(cluster, views);
    ends = new Map();
    gone = 0;
  };
  return {
    cluster,
    classifier: () => classifier,
    apply: (one) => {
      if (one.kind === 'Policy' || one.kind === 'Tier') {
        applyPolicy(one);
        return;
      }
      const { pods, ranges } = change(one);
      for (const pod of pods) forget(pod);
      if (ranges.length === 0) return;
      for (const pod of cluster.pods)
        if (pod.ranges.some((own) => ranges.some((range) => overlapsRange(own, range)))) forget(pod);
    },
    endOf: (pod) => {
      const known = ends.get(pod);
      const end = known === undefined ? classifier.resolve(podEnd(cluster, pod)) : classifier.regovern(known);
      if (end !== known) ends.set(pod, end);
      return end;
    },
  };
}
