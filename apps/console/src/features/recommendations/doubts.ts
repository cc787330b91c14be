import type { RecommendationDetail } from '@margay/services/inputs';

type Rule = RecommendationDetail['rules'][number];
type Reason = NonNullable<Rule['evidence']['confidence']>['reasons'][number];

const reasonsOf = ({ evidence }: Rule): readonly Reason[] => evidence.confidence?.reasons ?? [];

/** What every one of several rules has against it: it is no news of any, and told once. */
export function sharedDoubts(rules: readonly Rule[]): string[] {
  const [first, ...others] = rules;
  if (first === undefined || others.length === 0) return [];
  return reasonsOf(first)
    .map(({ text }) => text)
    .filter((wanted) => others.every((rule) => reasonsOf(rule).some(({ text }) => text === wanted)));
}

/** What else speaks against a rule; null: nothing. */
export function ownDoubts(
  rule: Rule,
  shared: readonly string[],
): { level: Reason['level']; reasons: readonly Reason[] } | null {
  const reasons = reasonsOf(rule).filter(({ text }) => !shared.includes(text));
  if (reasons.length === 0) return null;
  return { level: reasons.some(({ level }) => level === 'low') ? 'low' : 'medium', reasons };
}
