import { PROFILE_TIER } from '../engine/evaluate.ts';
import type { Trace, TraceEntry } from '../model/evaluation.ts';
import type { PolicyModel } from '../model/policy.ts';
import type { Atom } from './atom-book.ts';
import type { Header } from './header-rows.ts';
import type { CompiledSet } from './set-book.ts';

/** Whether a policy set lets a packet through whose other end is of this atom. */
export function setAllows(set: CompiledSet, peer: Atom, header: Header): boolean {
  const matcher = set.matcher();
  const { tiers, clauses } = set;
  for (let place = 0; place < tiers.length; place++) {
    const bit = matcher.first(peer, header, place);
    const action = bit < 0 ? tiers[place]?.tier.defaultAction : clauses[bit]?.action;
    if (action !== 'pass') return action === 'allow';
  }
  return set.profile !== null;
}

/** The same, with what ended each tier. As `evaluate` traces it. */
export function traceSet(set: CompiledSet, peer: Atom, header: Header): Trace {
  const matcher = set.matcher();
  const entries: TraceEntry[] = [];
  for (const [place, { tier, policies }] of set.tiers.entries()) {
    const bit = matcher.first(peer, header, place);
    const hit = bit < 0 ? endOfTier(policies, tier.defaultAction) : (set.clauses[bit] as { hit: TraceEntry }).hit;
    entries.push(hit);
    if (hit.action === 'allow') return { verdict: 'allow', entries, isolating: [] };
    if (hit.action === 'deny') return { verdict: 'deny', entries, isolating: bit < 0 ? policies : [] };
  }
  if (set.profile === null) return { verdict: 'deny', entries, isolating: [] };
  entries.push({ tier: PROFILE_TIER, kind: 'Profile', namespace: '', name: set.profile, rule: 0, action: 'allow' });
  return { verdict: 'allow', entries, isolating: [] };
}

export function endOfTier([first]: readonly PolicyModel[], action: 'deny' | 'pass'): TraceEntry {
  const { tier, kind, namespace, name } = first as PolicyModel;
  return { tier, kind, namespace, name, rule: -1, action };
}
