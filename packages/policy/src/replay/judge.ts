import { evaluate } from '../engine/evaluate.ts';
import { governing } from '../engine/governing.ts';
import type { Packet } from '../model/packet.ts';
import type { Direction } from '../model/policy.ts';
import type { Header } from './header-cases.ts';
import type { TwinEnd } from './peer-cases.ts';
import type { ReplayView } from './types.ts';
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
  readonly allows: (view: 'before' | 'after', src: E, dst: E, header: Header & Pick<Packet, 'family'>) => boolean;
}

/** Verdicts by the specification itself. */
export function createEvaluateJudge(views: ViewPair): Judge {
  return {
    ready: (twin) => ({ twin, alike: alikeIn(views, twin) }),
    allows: (view, src, dst, header) => {
      const packet = { ...header, src: src.twin[view], dst: dst.twin[view] };
      return evaluate(views[view].cluster, policySetOf(views[view]), packet).verdict === 'allow';
    },
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
