import { OUTCOMES, type Replay } from '@margay/policy';
import { counted } from '../output/progress.ts';
import { toYaml } from '../output/to-yaml.ts';
import { type TableRow, writeCsv } from '../output/write-table.ts';
import { replayPage } from './replay-page.ts';
import { type ReplayRow, rowsOf } from './replay-rows.ts';
import { plural, type Recorded, shortTime, sumText, time, whyText, words } from './replay-words.ts';

/** A replay in one of the forms of the command. */
export function writeReplay(found: Replay, form: string, recorded: Recorded): Iterable<string> {
  const rows = rowsOf(counted(found.edges, 'changes'));
  switch (form) {
    case 'json':
      return [`${JSON.stringify(toData(found, rows, recorded), null, 2)}\n`];
    case 'yaml':
      return [toYaml(toData(found, rows, recorded))];
    case 'csv':
      return writeCsv(COLUMNS, rows.map(toCells));
    case 'md':
      return replayPage(found.sums, rows, recorded);
    default:
      return lines(found.sums, rows);
  }
}

const toData = ({ sums }: Replay, rows: readonly ReplayRow[], { fromMs, toMs, lost }: Recorded) => ({
  recorded: { from: time(fromMs), to: time(toMs), lostFlows: lost },
  sums,
  edges: rows.map(({ explanation: { before, after, nearest }, ...row }) => ({
    ...row,
    trace: {
      before: { egress: before.egress?.entries ?? [], ingress: before.ingress?.entries ?? [] },
      after: { egress: after.egress?.entries ?? [], ingress: after.ingress?.entries ?? [] },
    },
    nearestMiss: [nearest.egress, nearest.ingress].flatMap((miss) =>
      miss === null
        ? []
        : [
            {
              kind: miss.policy.kind,
              namespace: miss.policy.namespace,
              name: miss.policy.name,
              rule: miss.rule.path,
              differs: miss.differs,
              wanted: miss.wanted,
              found: miss.found,
            },
          ],
    ),
  })),
});

const COLUMNS = [
  ...['outcome', 'source', 'destination', 'port', 'recorded', 'connections', 'bytes', 'first-seen', 'last-seen'],
  ...['before', 'after', 'nearest', 'why'],
];

const toCells = (row: ReplayRow): TableRow => ({
  outcome: row.outcome,
  source: row.src,
  destination: row.dst,
  port: row.port,
  recorded: row.recorded,
  connections: String(row.connections),
  bytes: String(row.bytes),
  'first-seen': time(row.firstSeenMs),
  'last-seen': time(row.lastSeenMs),
  before: row.before,
  after: row.after,
  nearest: row.nearest.join('; '),
  why: whyText(row),
});

function* lines(sums: Replay['sums'], rows: readonly ReplayRow[]): Generator<string> {
  const byOutcome = Map.groupBy(rows, ({ outcome }) => outcome);
  for (const outcome of OUTCOMES) {
    yield `${words(outcome)}: ${sumText(sums[outcome])}\n`;
    for (const row of byOutcome.get(outcome) ?? []) yield* rowLines(row);
  }
}

function* rowLines(row: ReplayRow): Generator<string> {
  const { src, dst, port, recorded, connections, lastSeenMs, before, after, nearest } = row;
  const denied = recorded === 'deny' ? ', recorded as denied' : '';
  yield `  ${src} => ${dst} : ${port}   ${plural(connections, 'connection')}, last seen ${shortTime(lastSeenMs)}${denied}\n`;
  if (row.why !== null) yield `    ${whyText(row)}\n`;
  else if (row.outcome === 'unchanged') yield `    ${after}\n`;
  else yield `    before: ${before}\n    after:  ${after}\n`;
  for (const miss of nearest) yield `    nearest: ${miss}\n`;
}
