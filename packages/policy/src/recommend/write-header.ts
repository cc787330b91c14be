import { plainText } from './plain-text.ts';
import type { RecommendInput } from './types.ts';
import type { Unit } from './unit.ts';
import { listWords } from './words.ts';

/** The first line of a policy's YAML: what it is and from when to when it was learnt. No part of the fingerprint. */
export function writeHeader(unit: Unit, { fromMs, toMs }: Pick<RecommendInput, 'fromMs' | 'toMs'>): string {
  const names = unit.workloads.map(({ kind, name }) => `${plainText(kind)} ${plainText(name)}`);
  const interval = `from ${timeText(fromMs)} to ${timeText(toMs)}`;
  return `# Recommended by Margay for ${listWords(names)} in ${plainText(unit.namespace)}: what it was seen to do ${interval}, and nothing else.\n`;
}

/** Whole seconds in UTC; times beyond what a Date holds are cut to it. */
function timeText(ms: number): string {
  const LARGEST_DATE_MS = 8.64e15;
  const date = new Date(Math.min(Math.max(ms, -LARGEST_DATE_MS), LARGEST_DATE_MS));
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
