import type { Outcome, ReplaySum } from '@margay/policy';
import type { ReplayRow } from './replay-rows.ts';

/** When the flows were recorded, and how many of them are missing. */
export interface Recorded {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lost: number;
}

export const time = (ms: number) => new Date(ms).toISOString();

/** To the second: `2026-11-20T10:00:00Z`. */
export const shortTime = (ms: number) => time(ms).replace(/\.\d+Z$/, 'Z');

/** `policies split 10.0.0.0/8 (10.0.0.0/9: unchanged; 10.128.0.0/9: newly denied)` */
export function whyText({ why, cases }: Pick<ReplayRow, 'why' | 'cases'>): string {
  const examples = cases.map(
    ({ what, outcome }) => `${what === '' ? 'as an address of nobody' : what}: ${words(outcome)}`,
  );
  return why === null ? '' : `${why} (${examples.join('; ')})`;
}

export const words = (outcome: Outcome) => outcome.replace('-', ' ');

export const sumText = ({ edges, connections, lastSeenMs }: ReplaySum) =>
  `${plural(edges, 'edge')}, ${plural(connections, 'connection')}${lastSeenMs === null ? '' : `, last seen ${shortTime(lastSeenMs)}`}`;

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
