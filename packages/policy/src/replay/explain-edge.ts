import { evaluate } from '../engine/evaluate.ts';
import { nearestMiss } from '../engine/nearest-miss.ts';
import type { NearestMiss } from '../model/evaluation.ts';
import type { Direction } from '../model/policy.ts';
import type { Instance } from './compare-edge.ts';
import { type JudgedEnd, policySetOf } from './judge.ts';
import type { Explanation, Judgement, ReplayView } from './types.ts';
import type { ViewPair } from './views.ts';

/** Which rules decide an edge in both views, and of what is newly denied the rule that would nearly have allowed it. */
export function explainEdge(views: ViewPair, instance: Instance<JudgedEnd>): Explanation {
  const [before, after] = [judge(views.before, instance, 'before'), judge(views.after, instance, 'after')];
  const missOf = (direction: Direction): NearestMiss | null => {
    const trace = after[direction];
    if (trace === null || before.verdict === 'deny' || trace.verdict === 'allow') return null;
    return nearestMiss(views.after.cluster, packetOf(instance, 'after'), { direction, trace });
  };
  return { before, after, nearest: { egress: missOf('egress'), ingress: missOf('ingress') } };
}

function judge(view: ReplayView, instance: Instance<JudgedEnd>, name: 'before' | 'after'): Judgement {
  const { verdict, egress, ingress } = evaluate(view.cluster, policySetOf(view), packetOf(instance, name));
  return { verdict, egress: egress?.enforced ?? null, ingress: ingress?.enforced ?? null };
}

const packetOf = ({ src, dst, header }: Instance<JudgedEnd>, name: 'before' | 'after') => ({
  ...header,
  src: src.twin[name],
  dst: dst.twin[name],
});
