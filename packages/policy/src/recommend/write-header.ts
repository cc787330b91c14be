import { plainText } from './plain-text.ts';
import type { Unit } from './unit.ts';
import { listWords } from './words.ts';

/** The first line of a policy's YAML: what it is. No time stands in it: the same policy is the same text, whenever it was worked out. */
export function writeHeader(unit: Unit): string {
  const names = unit.workloads.map(({ kind, name }) => `${plainText(kind)} ${plainText(name)}`);
  return `# Recommended by Margay for ${listWords(names)} in ${plainText(unit.namespace)}: what it was seen to do, and nothing else.\n`;
}
