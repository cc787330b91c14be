import type { RecommendationSummary } from '@margay/services/inputs';
import { plainName, plural } from '@margay/ui';

export const STATES = ['ready', 'applied', 'refused'] as const;
export type State = (typeof STATES)[number];

export const STATE_WORDS: Readonly<Record<State, string>> = {
  ready: 'Ready',
  applied: 'Applied',
  refused: 'None made',
};
export const STATE_TONES = { ready: 'accent', applied: 'allowed', refused: 'none' } as const;

/** How many there are of each state. */
export function countStates(rows: readonly RecommendationSummary[]): Readonly<Record<State, number>> {
  const counts = { ready: 0, applied: 0, refused: 0 };
  for (const row of rows) counts[row.state]++;
  return counts;
}

/** The page's first line: the answer. */
export function headline({ ready, applied, refused }: Readonly<Record<State, number>>): string {
  if (ready > 0) return `${plural(ready, 'policy', 'policies')} ${ready === 1 ? 'is' : 'are'} ready to take`;
  if (applied > 0)
    return refused > 0 ? `Every policy that could be learnt is applied` : 'Every workload has its policy';
  return 'No policy can be recommended yet';
}

/** Rows of one state by namespace, namespaces and workloads in order of name. */
export function byNamespace(
  rows: readonly RecommendationSummary[],
  state: State,
): (readonly [string, readonly RecommendationSummary[]])[] {
  const groups = Map.groupBy(
    rows.filter((row) => row.state === state),
    (row) => row.namespace,
  );
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, group]) => [namespace, [...group].sort((a, b) => (title(a) < title(b) ? -1 : 1))] as const);
}

/** The workload's name; several that no selector separates stand together. */
export function title(row: Pick<RecommendationSummary, 'workloads'>): string {
  return row.workloads.map((workload) => plainName(workload.name)).join(' and ');
}

/** Of a share from 0 to 1. Never rounded up to all: one connection that is not covered is one that breaks. */
export function formatShare(share: number): string {
  if (share >= 1) return '100 %';
  const percent = Math.floor(share * 1000) / 10;
  return `${Number.isInteger(percent) ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** One file of all policies, documents apart. */
export function joinYaml(documents: readonly string[]): string {
  return documents.map((yaml) => yaml.replace(/\n*$/, '\n')).join('---\n');
}
