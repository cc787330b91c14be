import { type ClassifiedEnd, createClassifier } from '../classifier/classifier.ts';
import { viewOf } from '../classifier/tiers-view.ts';
import { alikeIn, type Judge, type JudgedEnd, outcomeOf } from './judge.ts';
import type { ViewPair } from './views.ts';

interface PlacedEnd extends JudgedEnd {
  readonly before: ClassifiedEnd;
  readonly after: ClassifiedEnd;
}

/** Edges are distinct: what was answered is hardly asked again, and not looking for it saves a sixth of the time. */
const ASKED_ONCE = { remembered: 0 };

/** Verdicts by the classifier, which says what `evaluate` says and takes a fraction of the time. */
export function createClassifierJudge(views: ViewPair): Judge<PlacedEnd> {
  const { before, after } = views;
  const tiers = [before, after].map((view) => viewOf(view.tiers));
  const isOne = before.cluster === after.cluster;
  const was = createClassifier(before.cluster, tiers, ASKED_ONCE);
  const is = isOne ? was : createClassifier(after.cluster, tiers, ASKED_ONCE);
  return {
    ready: (twin) => {
      const end = was.resolve(twin.before);
      const [egress, ingress] = [end.egress[0] === end.egress[1], end.ingress[0] === end.ingress[1]];
      const alike = isOne ? { egress, ingress } : alikeIn(views, twin);
      return { twin, alike, before: end, after: isOne ? end : is.resolve(twin.after) };
    },
    outcome: (src, dst, { family, protocol, srcPort, dstPort, icmp }) => {
      const packet = { src: src.before, dst: dst.before, family, protocol, srcPort, dstPort, icmp };
      const wasAllowed = was.allows(packet, 0);
      if (isOne) return outcomeOf(wasAllowed, was.allows(packet, 1));
      return outcomeOf(wasAllowed, is.allows({ ...packet, src: src.after, dst: dst.after }, 1));
    },
  };
}
