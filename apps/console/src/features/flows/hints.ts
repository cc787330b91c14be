import type { FlowView } from '@margay/services/inputs';
import { peerText } from '../peer/index.ts';
import type { Chip, FilterKey, FilterState } from './filter.ts';

export interface Hint {
  readonly chip: Chip;
  /** Rows on screen that would remain. */
  readonly rows: number;
}

const VALUES: readonly (readonly [FilterKey, (row: FlowView) => string])[] = [
  ['action', (row) => row.action],
  ['src.ns', (row) => (row.src.kind === 'workload' || row.src.kind === 'service' ? row.src.namespace : '')],
  ['dst.ns', (row) => (row.dst.kind === 'workload' || row.dst.kind === 'service' ? row.dst.namespace : '')],
  ['src.name', (row) => peerText(row.src).name],
  ['dst.name', (row) => peerText(row.dst).name],
  ['port', (row) => String(row.port)],
];
const HINTS_MAX = 6;

/** Values that would narrow what is on screen, each with the rows that would remain: denials first, then what splits best. */
export function hintsFor(rows: readonly FlowView[], state: FilterState, typed: string): Hint[] {
  const wanted = typed.trim().toLowerCase();
  const all = VALUES.filter(([key]) => !state.chips.some((chip) => chip.key === key)).flatMap(([key, read]) =>
    [...countBy(rows, read)].map(([value, count]) => ({ chip: { key, values: [value] }, rows: count })),
  );
  const narrowing = all.filter(
    (hint) => hint.rows < rows.length && (wanted === '' || chipText(hint.chip).toLowerCase().includes(wanted)),
  );
  return narrowing
    .sort((a, b) => urgency(b) - urgency(a) || b.rows - a.rows || (chipText(a.chip) < chipText(b.chip) ? -1 : 1))
    .slice(0, HINTS_MAX);
}

const urgency = ({ chip }: Hint) => (chip.key === 'action' && chip.values[0] === 'deny' ? 1 : 0);

function countBy(rows: readonly FlowView[], read: (row: FlowView) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = read(row);
    if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** `src.ns=shop,bank` */
export function chipText({ key, values }: Chip): string {
  return `${key}=${values.join(',')}`;
}
