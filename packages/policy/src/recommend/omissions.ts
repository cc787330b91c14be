import { groupBy } from '../inventory/group-by.ts';
import { compareText } from './compare-text.ts';
import type { Omission } from './lesson.ts';
import type { LeftOut } from './types.ts';

/** A port scan meets thousands of addresses; beyond this many lines the rest is one line with its number. */
const LINES_MAX = 100;

/** What was left out, each line once with its connections added up, most first. */
export function mergeOmissions(omissions: readonly Omission[]): LeftOut[] {
  const groups = groupBy(omissions, ({ sentence, reason }) => JSON.stringify([sentence, reason]));
  const lines = [...groups.values()].flatMap((group): LeftOut[] => {
    const [first] = group;
    if (first === undefined) return [];
    const connections = group.reduce((sum, one) => sum + one.connections, 0);
    const line = { sentence: first.sentence, reason: first.reason, connections };
    return [first.isNewDemand ? { ...line, isNewDemand: true as const } : line];
  });
  lines.sort((a, b) => b.connections - a.connections || compareText(a.sentence + a.reason, b.sentence + b.reason));
  if (lines.length <= LINES_MAX) return lines;
  const rest = lines.slice(LINES_MAX - 1);
  const connections = rest.reduce((sum, line) => sum + line.connections, 0);
  return [
    ...lines.slice(0, LINES_MAX - 1),
    {
      sentence: `${rest.length} more peers and ports`,
      reason: 'for reasons like the ones above; the flows page has them all',
      connections,
    },
  ];
}
