import { type DiffRow, diffConnectivity } from '@margay/policy';
import { BAD_INPUT, type Command, FINDING, FINE } from '../command.ts';
import { chooseHostNetwork, HOST_NETWORK_HELP, HOST_NETWORK_OPTION } from '../host-network.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { toYaml } from '../output/to-yaml.ts';
import { writeOut } from '../output/write-out.ts';
import { type TableRow, writeCsv, writeDot, writeMarkdown } from '../output/write-table.ts';

const COLUMNS = ['diff-type', 'source', 'destination', 'ref1', 'ref2', 'workloads-diff-info'];
const COLORS = { changed: 'magenta', added: 'darkgreen', removed: 'red' } as const;

export const diffCommand: Command = {
  name: 'diff',
  positionals: ['DIR1', 'DIR2'],
  summary: 'what connects differently in DIR2',
  details: `Compares the connectivity of two sets of manifests: changed, added and removed connections, new and lost workloads.
-o csv prints the shape of np-guard's netpol-analyzer (diff). Exit code 1: they differ.

${HOST_NETWORK_HELP}`,
  options: {
    lenient: { type: 'boolean', help: 'go on without policies that are invalid' },
    'host-network': HOST_NETWORK_OPTION,
  },
  formats: ['txt', 'json', 'yaml', 'csv', 'md', 'dot', 'svg'],
  run: async ([first = '', second = ''], values) => {
    const [before, after] = [loadCluster(first, values), loadCluster(second, values)];
    const { rows, added, removed } = diffConnectivity(before, after, {
      hostNetwork: chooseHostNetwork(after.cluster, after.policies, values),
    });
    const table = rows.map(toCells);
    const whole = { connections: table, newWorkloads: added, lostWorkloads: removed };
    const forms: Readonly<Record<string, () => Iterable<string>>> = {
      txt: () => lines(rows, added, removed),
      json: () => [`${JSON.stringify(whole, null, 2)}\n`],
      yaml: () => [toYaml(whole)],
      csv: () => writeCsv(COLUMNS, table),
      md: () => writeMarkdown(COLUMNS, table),
      dot: () => writeDot(rows.map(toEdge)),
    };
    const isPicture = values.output === 'svg';
    await writeOut(isPicture ? await draw(rows, `${first} and ${second}`) : (forms[String(values.output)]?.() ?? []));
    if (before.exitCode !== FINE || after.exitCode !== FINE) return BAD_INPUT;
    return rows.length + added.length + removed.length > 0 ? FINDING : FINE;
  },
};

const toCells = ({ type, source, destination, before, after, workloads }: DiffRow): TableRow => ({
  'diff-type': type,
  source,
  destination,
  ref1: before,
  ref2: after,
  'workloads-diff-info': workloads,
});

const toEdge = ({ type, source, destination, before, after }: DiffRow) => ({
  from: source,
  to: destination,
  label: type === 'changed' ? `${after} (was ${before})` : type === 'added' ? after : before,
  color: COLORS[type],
});

/** Not loaded with the rest: the layout takes longer to load than most answers. */
async function draw(rows: readonly DiffRow[], what: string) {
  const { drawPicture } = await import('../picture/draw-picture.ts');
  const edges = rows.map((row) => {
    const { from, to, label: text } = toEdge(row);
    return { from, to, text, look: row.type };
  });
  return drawPicture([], edges, `What connects differently: ${what}`);
}

function* lines(rows: readonly DiffRow[], added: readonly string[], removed: readonly string[]) {
  for (const name of added) yield `new workload ${name}\n`;
  for (const name of removed) yield `lost workload ${name}\n`;
  for (const { type, source, destination, before, after } of rows)
    yield `${type.padEnd(8)}${source} => ${destination} : ${before} -> ${after}\n`;
}
