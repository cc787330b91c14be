import type { FlowRow } from '../../agent/src/calc/flow-row.ts';

/** What is compared of an edge: whole numbers below 2^53, so equal means equal. */
export interface EdgeSums {
  rows: number;
  bytesForward: number;
  packetsForward: number;
  bytesReverse: number;
  packetsReverse: number;
  started: number;
  completed: number;
}

/** By `source → destination`, peers by their ids. */
export type SumsByEdge = Map<string, EdgeSums>;

export const edgeKey = (src: string, dst: string): string => `${src} → ${dst}`;

/** Adds rows to a ledger in place. */
export function addToLedger(ledger: SumsByEdge, rows: readonly FlowRow[]): void {
  for (const row of rows) {
    const key = edgeKey(row.src, row.dst);
    const sums = ledger.get(key) ?? emptySums();
    ledger.set(key, sums);
    sums.rows += 1;
    for (const name of FACTS) sums[name] += row[name];
  }
}

/** All edges together. */
export function totalOf(ledger: SumsByEdge): EdgeSums {
  const total = emptySums();
  for (const sums of ledger.values()) {
    total.rows += sums.rows;
    for (const name of FACTS) total[name] += sums[name];
  }
  return total;
}

const SHOWN_MAX = 5;

/** Edges whose sums differ, the first few, for a message that a person can read; none when both say the same. */
export function differences(expected: SumsByEdge, found: SumsByEdge): string[] {
  const all = [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [a, b] = [JSON.stringify(expected.get(key)), JSON.stringify(found.get(key))];
    return a === b ? [] : [`${key}: sent ${a}, stored ${b}`];
  });
  return all.length > SHOWN_MAX ? [...all.slice(0, SHOWN_MAX), `and ${all.length - SHOWN_MAX} edges more`] : all;
}

const FACTS = ['bytesForward', 'packetsForward', 'bytesReverse', 'packetsReverse', 'started', 'completed'] as const;

function emptySums(): EdgeSums {
  return {
    rows: 0,
    bytesForward: 0,
    packetsForward: 0,
    bytesReverse: 0,
    packetsReverse: 0,
    started: 0,
    completed: 0,
  };
}
