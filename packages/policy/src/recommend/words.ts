import { portText, protocolName } from '@margay/model';
import { groupBy } from '../inventory/group-by.ts';
import { compareText } from './compare-text.ts';
import { plainText } from './plain-text.ts';

export interface Port {
  readonly protocol: number;
  readonly port: number;
}
/** UDP before TCP: what is paired reads "UDP and TCP 53". */
const PROTOCOL_ORDER = [17, 6, 132];

export function comparePorts(a: Port, b: Port): number {
  return a.port - b.port || PROTOCOL_ORDER.indexOf(a.protocol) - PROTOCOL_ORDER.indexOf(b.protocol);
}

/** "a", "a and b", "a, b and c", "a, b, c and 7 more". */
export function listWords(words: readonly string[]): string {
  const MOST = 4;
  const shown = words.length <= MOST ? words : [...words.slice(0, MOST - 1), `${words.length - MOST + 1} more`];
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** "TCP 5050", "UDP and TCP 53", "TCP 80 and TCP 443". */
export function portWords(ports: readonly Port[]): string {
  const byNumber = groupBy([...ports].sort(comparePorts), ({ port }) => port);
  return listWords(
    [...byNumber].map(([port, same]) => `${listWords(same.map((p) => protocolName(p.protocol)))} ${port}`),
  );
}

export const onePort = ({ protocol, port }: Port) => portText(protocol, port);

/** A workload as its neighbours call it: the namespace only where it is another one. */
export function workloadWords(workload: { namespace: string; name: string }, from: string): string {
  const name = plainText(workload.name);
  return workload.namespace === from ? name : `${name} in ${plainText(workload.namespace)}`;
}

export const sortedTexts = (texts: Iterable<string>) => [...new Set(texts)].sort(compareText);
