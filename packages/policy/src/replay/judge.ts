import type { Header } from '../classifier/header-rows.ts';
import { evaluate } from '../engine/evaluate.ts';
import { governing } from '../engine/governing.ts';
import type { Direction } from '../model/policy.ts';
import type { TwinEnd } from './peer-cases.ts';
import type { Outcome, ReplayView } from './types.ts';
import { isGovernedAlike, type ViewPair } from './views.ts';

/** An end made ready to be judged, once for all its edges. */
export interface JudgedEnd {
  readonly twin: TwinEnd;
  /** By direction: both views govern it by the same, so that they cannot differ about it. */
  readonly alike: Readonly<Record<Direction, boolean>>;
}

/** Where verdicts come from. */
export interface Judge<E extends JudgedEnd = JudgedEnd> {
  readonly ready: (twin: TwinEnd) => E;
  readonly outcome: (src: E, dst: E, header: Header) => Decided;
}
export type Decided = Exclude<Outcome, 'undecided'>;

/** Of whether the one view allows, and the other. */
export const outcomeOf = (was: boolean, is: boolean): Decided =>
  was === is ? 'unchanged' : was ? 'newly-denied' : 'newly-allowed';

/** Verdicts by the specification itself. */
export function createEvaluateJudge(views: ViewPair): Judge {
  const allows = (view: 'before' | 'after', src: JudgedEnd, dst: JudgedEnd, header: Header) => {
    const packet = { ...header, src: src.twin[view], dst: dst.twin[view] };
    return evaluate(views[view].cluster, policySetOf(views[view]), packet).verdict === 'allow';
  };
  return {
    ready: (twin) => ({ twin, alike: alikeIn(views, twin) }),
    outcome: (src, dst, header) => outcomeOf(allows('before', src, dst, header), allows('after', src, dst, header)),
  };
}

/** As `evaluate` takes them. */
export const policySetOf = ({ tiers }: ReplayView) => ({ policies: [], enforced: tiers, pending: tiers });

export function alikeIn({ before, after }: ViewPair, { before: { pod } }: TwinEnd): JudgedEnd['alike'] {
  if (pod === null) return { egress: true, ingress: true };
  // Other network sets: the same rule may mean other addresses.
  if (before.cluster !== after.cluster) return { egress: false, ingress: false };
  const [was, is] = [governing(before.tiers, pod), governing(after.tiers, pod)];
  return { egress: isGovernedAlike(was.egress, is.egress), ingress: isGovernedAlike(was.ingress, is.ingress) };
}
