import type { RecommendationDetail } from '@margay/services/inputs';

type Rule = RecommendationDetail['rules'][number];
type Reason = NonNullable<Rule['evidence']['confidence']>['reasons'][number];

/** They come from the look at the cluster, not from the rule: every rule has them. */
const OF_THE_LOOK: ReadonlySet<string> = new Set(['short-window', 'loss']);

/** What all rules share, told once. */
export function sharedDoubts(rules: readonly Rule[]): string[] {
  const reasons = rules.flatMap(({ evidence }) => evidence.confidence?.reasons ?? []);
  return [...new Set(reasons.filter(({ code }) => OF_THE_LOOK.has(code)).map(({ text }) => text))];
}

/** What speaks against this very rule; null: nothing. */
export function ownDoubts({ evidence }: Rule): { level: Reason['level']; reasons: readonly Reason[] } | null {
  const reasons = (evidence.confidence?.reasons ?? []).filter(({ code }) => !OF_THE_LOOK.has(code));
  if (reasons.length === 0) return null;
  return { level: reasons.some(({ level }) => level === 'low') ? 'low' : 'medium', reasons };
}
