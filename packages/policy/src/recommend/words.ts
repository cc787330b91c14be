import { protocolName } from '@margay/model';
import { groupBy } from '../inventory/group-by.ts';
import { compareText } from './compare-text.ts';
import { plainText } from './plain-text.ts';
import type { Port } from './port.ts';
import { portRuns } from './port-runs.ts';

/** "a", "a and b", "a, b and c", "a, b, c and 7 more". */
export function listWords(words: readonly string[]): string {
  const MOST = 4;
  const shown = words.length <= MOST ? words : [...words.slice(0, MOST - 1), `${words.length - MOST + 1} more`];
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** "TCP 5050", "UDP and TCP 53", "TCP 80 and TCP 443", "TCP 7000 to 7010". */
export function portWords(ports: readonly Port[]): string {
  const byNumbers = groupBy(portRuns(ports), ({ first, last }) =>
    first === last ? `${first}` : `${first} to ${last}`,
  );
  return listWords(
    [...byNumbers].map(([numbers, same]) => `${listWords(same.map((run) => protocolName(run.protocol)))} ${numbers}`),
  );
}

/** A workload as its neighbours call it: the namespace only where it is another one. */
export function workloadWords(workload: { namespace: string; name: string }, from: string): string {
  const name = plainText(workload.name);
  return workload.namespace === from ? name : `${name} in ${plainText(workload.namespace)}`;
}

export const sortedTexts = (texts: Iterable<string>) => [...new Set(texts)].sort(compareText);
