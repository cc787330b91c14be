import { OUTCOMES, type Outcome, type Replay } from '@margay/policy';
import { writeMarkdown } from '../output/write-table.ts';
import type { ReplayRow } from './replay-rows.ts';
import { plural, type Recorded, shortTime, whyText, words } from './replay-words.ts';

/** Characters for the rows of each outcome, the worst of them first: a comment on a pull request holds 65,536. */
const ROOM: Readonly<Record<Outcome, number>> = {
  'newly-denied': 30_000,
  undecided: 12_000,
  'newly-allowed': 12_000,
  unchanged: 6_000,
};

/** Markdown for a pull request: the answer first, then what is newly denied; the rest folded away. */
export function* replayPage(sums: Replay['sums'], rows: readonly ReplayRow[], recorded: Recorded): Generator<string> {
  yield `### Margay replay: ${headline(sums)}\n\n`;
  yield `Traffic recorded from ${shortTime(recorded.fromMs)} to ${shortTime(recorded.toMs)}, judged by the policies as they are and by this change.`;
  yield recorded.lost > 0 ? ` ${plural(recorded.lost, 'flow')} were lost when it was recorded.\n\n` : '\n\n';
  yield* writeMarkdown(
    ['', 'edges', 'connections', 'last seen'],
    OUTCOMES.map((outcome) => {
      const { edges, connections, lastSeenMs } = sums[outcome];
      const cells = { edges: String(edges), connections: String(connections) };
      return { '': words(outcome), ...cells, 'last seen': lastSeenMs === null ? '' : shortTime(lastSeenMs) };
    }),
  );
  const byOutcome = Map.groupBy(rows, ({ outcome }) => outcome);
  for (const outcome of OUTCOMES) {
    const own = byOutcome.get(outcome) ?? [];
    if (own.length > 0) yield* section(outcome, own);
  }
}

function headline(sums: Replay['sums']): string {
  const [denied, undecided] = [sums['newly-denied'].edges, sums.undecided.edges];
  const doubt = undecided === 0 ? '' : `, ${undecided} undecided`;
  if (denied > 0) return `❌ ${plural(denied, 'edge')} of recorded traffic would be denied${doubt}`;
  return `✅ nothing that was recorded would be denied${doubt}`;
}

function* section(outcome: Outcome, rows: readonly ReplayRow[]): Generator<string> {
  const isOpen = outcome === 'newly-denied';
  const title = `${words(outcome).replace(/^./, (first) => first.toUpperCase())} (${rows.length})`;
  yield isOpen ? `\n#### ${title}\n\n` : `\n<details><summary>${title}</summary>\n\n`;
  let room = ROOM[outcome];
  let shown = 0;
  for (const piece of writeMarkdown(columnsOf(outcome), rows.map(cellsOf))) {
    room -= piece.length;
    if (room < 0) break;
    yield piece;
    shown++;
  }
  // The first piece is the head of the table.
  const left = rows.length - shown + 1;
  if (left > 0) yield `\n…and ${left} more: see \`-o csv\`.\n`;
  if (!isOpen) yield '\n</details>\n';
}

function columnsOf(outcome: Outcome): string[] {
  const ends = ['source', 'destination', 'port', 'connections', 'last seen'];
  if (outcome === 'undecided') return [...ends, 'why'];
  if (outcome === 'newly-denied') return [...ends, 'because', 'nearest rule'];
  return [...ends, 'because'];
}

const cellsOf = (row: ReplayRow) => ({
  source: row.src,
  destination: row.dst,
  port: row.port,
  connections: String(row.connections),
  'last seen': shortTime(row.lastSeenMs),
  because: row.after,
  'nearest rule': row.nearest.join('; '),
  why: whyText(row),
});
