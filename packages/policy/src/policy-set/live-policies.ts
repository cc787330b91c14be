import type { GoverningTier } from '../engine/governing.ts';
import type { TierInput } from '../kinds/tier.ts';
import type { Pod } from '../model/cluster.ts';
import type { Direction, PolicyModel, Tier } from '../model/policy.ts';
import type { LabelLookup } from '../selector/selector.ts';
import { comparePolicies, enforcedKey, orderTiers } from './build-policy-set.ts';

export type PolicyScope = 'enforced' | 'pending';
type Governing = Readonly<Record<Direction, readonly GoverningTier[]>>;

/** A policy set that changes one object at a time; what it says is what `buildPolicySet` would of all that is in it. */
export interface LivePolicies {
  /** Adds a policy or takes the place of the one of its kind, namespace and name. */
  readonly upsert: (policy: PolicyModel) => void;
  /** False: there is none such. */
  readonly remove: (policy: PolicyName) => boolean;
  /** Of the policies in it. */
  readonly count: () => number;
  readonly setTier: (tier: TierInput) => void;
  readonly removeTier: (name: string) => void;
  /** What governs a pod, in order. The same object as before where nothing that concerns the pod has changed. */
  readonly governing: (scope: PolicyScope, pod: Pod) => Governing;
}

/** What tells policies apart: Calico and Margay may both have staged one of a kind and name. */
export type PolicyName = Pick<PolicyModel, 'kind' | 'namespace' | 'name' | 'stagedIn'>;
const keyOf = ({ kind, namespace, name, stagedIn }: PolicyName) =>
  JSON.stringify([kind, namespace, name, ...(stagedIn === null ? [] : [stagedIn])]);

interface Remembered {
  version: number;
  readonly governing: Governing;
}
/** By tier and, within, by namespace (empty: cluster-wide), each list in order. */
type Lists = Map<string, Map<string, PolicyModel[]>>;

/** How many changes are looked through before an answer is found anew instead. */
const LOG_LENGTH_MAX = 256;

export function createLivePolicies(): LivePolicies {
  const all = new Map<string, PolicyModel>();
  const stagedByKey = new Map<string, number>();
  const tiers = new Map<string, TierInput>();
  const policiesByTier = new Map<string, number>();
  const lists: Readonly<Record<PolicyScope, Lists>> = { enforced: new Map(), pending: new Map() };
  const memory = { enforced: new WeakMap<LabelLookup, Remembered>(), pending: new WeakMap<LabelLookup, Remembered>() };
  const log: (PolicyModel | null)[] = [];
  let version = 0;
  let ordered: TierInput[] | null = null;

  /** Null: it may concern every pod. */
  const note = (policy: PolicyModel | null) => {
    log[version % LOG_LENGTH_MAX] = policy;
    version++;
  };
  const isStagedByMargay = ({ stagedIn }: PolicyModel) => stagedIn === 'margay';
  const isIn = (policy: PolicyModel, scope: PolicyScope) => {
    if (scope === 'enforced') return !policy.staged;
    return policy.staged ? policy.stagedAction !== 'Delete' : (stagedByKey.get(enforcedKey(policy)) ?? 0) === 0;
  };
  const countTier = ({ tier }: PolicyModel, by: 1 | -1) => {
    const count = (policiesByTier.get(tier) ?? 0) + by;
    if (count === 0) policiesByTier.delete(tier);
    else policiesByTier.set(tier, count);
    if (count === 0 || (count === 1 && by === 1)) ordered = null;
  };
  const place = (policy: PolicyModel, isThere: boolean) => {
    for (const scope of ['enforced', 'pending'] as const)
      putInOrder(listOf(lists[scope], policy), policy, isThere && isIn(policy, scope));
    note(policy);
  };
  /** A policy that Margay staged hides the one of its name, or lets it be seen again. */
  const countStaged = (policy: PolicyModel, by: 1 | -1) => {
    if (!isStagedByMargay(policy)) return;
    const key = enforcedKey(policy);
    stagedByKey.set(key, (stagedByKey.get(key) ?? 0) + by);
    const hidden = all.get(key);
    if (hidden !== undefined) place(hidden, true);
  };
  const remove: LivePolicies['remove'] = (policy) => {
    const key = keyOf(policy);
    const known = all.get(key);
    if (known === undefined) return false;
    all.delete(key);
    countTier(known, -1);
    place(known, false);
    countStaged(known, -1);
    return true;
  };
  const tiersInOrder = () => {
    const used = [...policiesByTier.keys()].map((tier) => ({ tier }));
    ordered ??= orderTiers(used, [...tiers.values()]);
    return ordered;
  };
  const find = (scope: PolicyScope, pod: Pod): Governing => {
    const candidates = tiersInOrder().flatMap((tier): Tier[] => {
      const byNamespace = lists[scope].get(tier.name);
      const [wide, own] = [byNamespace?.get('') ?? [], byNamespace?.get(pod.namespace) ?? []];
      const policies = [...wide, ...own].filter(
        ({ governsPods, subject }) => governsPods && subject.matches(pod.labels),
      );
      if (policies.length === 0) return [];
      return [{ ...tier, policies: wide.length === 0 || own.length === 0 ? policies : policies.sort(comparePolicies) }];
    });
    const select = (direction: Direction) =>
      candidates.flatMap((tier): GoverningTier[] => {
        const policies = tier.policies.filter(({ governs }) => governs[direction]);
        return policies.length === 0 ? [] : [{ tier, policies }];
      });
    return { egress: select('egress'), ingress: select('ingress') };
  };
  return {
    remove,
    count: () => all.size,
    upsert: (policy) => {
      remove(policy);
      all.set(keyOf(policy), policy);
      countTier(policy, 1);
      countStaged(policy, 1);
      place(policy, true);
    },
    setTier: (tier) => {
      tiers.set(tier.name, tier);
      ordered = null;
      note(null);
    },
    removeTier: (name) => {
      tiers.delete(name);
      ordered = null;
      note(null);
    },
    governing: (scope, pod) => {
      const known = memory[scope].get(pod.labels);
      if (known !== undefined && !concerns(log, [known.version, version], pod)) {
        known.version = version;
        return known.governing;
      }
      const governing = find(scope, pod);
      memory[scope].set(pod.labels, { version, governing });
      return governing;
    },
  };
}

function listOf(lists: Lists, { tier, namespace }: PolicyModel): PolicyModel[] {
  const byNamespace = lists.get(tier) ?? new Map<string, PolicyModel[]>();
  lists.set(tier, byNamespace);
  const list = byNamespace.get(namespace) ?? [];
  byNamespace.set(namespace, list);
  return list;
}

/** Puts a policy where it belongs in a list in order, or takes it out; leaves the list alone where it is so already. */
function putInOrder(list: PolicyModel[], policy: PolicyModel, isThere: boolean): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePolicies(list[middle] as PolicyModel, policy) < 0) low = middle + 1;
    else high = middle;
  }
  const wasThere = list[low] === policy;
  if (isThere && !wasThere) list.splice(low, 0, policy);
  else if (!isThere && wasThere) list.splice(low, 1);
}

function concerns(log: readonly (PolicyModel | null)[], [from, to]: readonly [number, number], pod: Pod): boolean {
  if (to - from > LOG_LENGTH_MAX) return true;
  for (let at = from; at < to; at++) {
    const policy = log[at % LOG_LENGTH_MAX] ?? null;
    if (policy === null) return true;
    const { governsPods, namespace, subject } = policy;
    if (governsPods && (namespace === '' || namespace === pod.namespace) && subject.matches(pod.labels)) return true;
  }
  return false;
}
