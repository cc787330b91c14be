import { connectivity } from '@margay/policy';
import type { Command, Values } from '../command.ts';
import { chooseHostNetwork, HOST_NETWORK_HELP, HOST_NETWORK_OPTION } from '../host-network.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { say } from '../output/say.ts';
import { withProgress } from '../output/with-progress.ts';
import { writeOut } from '../output/write-out.ts';
import { type TableRow, writeCsv, writeDot, writeJson, writeMarkdown, writeYaml } from '../output/write-table.ts';

const COLUMNS = ['src', 'dst', 'conn'];
type Row = { readonly src: string; readonly dst: string; readonly conn: string };

export const connectivityCommand: Command = {
  name: 'connectivity',
  positionals: ['DIR'],
  summary: 'what may connect to what',
  details: `Lists every pair of workloads that has a connection, and what each may have with addresses outside, split where a policy splits them.
-o json and -o csv print the shape of np-guard's netpol-analyzer (list): peers namespace/name[Kind], first-last[External] or
{ingress-controller} (by Ingress and Route objects); conn is "All Connections" or as "TCP 80,8080-8090,UDP 53". Pods of one owner are one
peer. Pairs without a connection and a workload with itself are left out. IPv6 space is listed where something names an IPv6 block.

An ipBlock, or a Calico net, matches a pod by the address that its manifest gives (status.podIPs). Without addresses in the manifests it
matches no pod, only addresses outside; in a live cluster, where pods have addresses, it may match more.

Protocols besides TCP, UDP and SCTP are spoken of where a policy names one: "ICMP 8/0", "UDPLite", "protocol 47".
Where source ports matter: "TCP 80 from 1024-65535". Where IPv4 and IPv6 differ: "TCP 80 over IPv4; All Connections over IPv6".

${HOST_NETWORK_HELP}`,
  options: {
    lenient: { type: 'boolean', help: 'go on without policies that are invalid' },
    'host-network': HOST_NETWORK_OPTION,
    staged: { type: 'boolean', help: 'as if staged policies were enforced' },
  },
  formats: ['txt', 'json', 'yaml', 'csv', 'md', 'dot', 'svg'],
  run: async ([folder = ''], values) => {
    const { cluster, policies, exitCode } = loadCluster(folder, values);
    const scope = values.staged === true ? 'pending' : 'enforced';
    const result = connectivity(cluster, policies, {
      scope,
      hostNetwork: chooseHostNetwork(cluster, policies, values),
    });
    const rows = withProgress(result.rows(), result.workloads.length);
    await writeOut(values.output === 'svg' ? await draw(rows, result.workloads, folder) : format(rows, values));
    const uneven = result.uneven();
    if (uneven.length > 0)
      say(
        `policies do not treat all pods of these alike; listed is what any of their pods may do: ${uneven.join(', ')}`,
      );
    return exitCode;
  },
};

function format(rows: Iterable<Row>, { output }: Values): Iterable<string> {
  const cells = rows as Iterable<Row & TableRow>;
  switch (output) {
    case 'json':
      return writeJson(cells);
    case 'yaml':
      return writeYaml(cells);
    case 'csv':
      return writeCsv(COLUMNS, cells);
    case 'md':
      return writeMarkdown(COLUMNS, cells);
    case 'dot':
      return writeDot(edges(rows));
    default:
      return lines(rows);
  }
}

function* lines(rows: Iterable<Row>) {
  for (const { src, dst, conn } of rows) yield `${src} => ${dst} : ${conn}\n`;
}

function* edges(rows: Iterable<Row>) {
  for (const { src, dst, conn } of rows) yield { from: src, to: dst, label: conn, color: 'gray25' };
}

/** Not loaded with the rest: the layout takes longer to load than most answers. */
async function draw(rows: Iterable<Row>, workloads: readonly string[], folder: string) {
  const { drawPicture } = await import('../picture/draw-picture.ts');
  const lines = [...rows].map(({ src, dst, conn }) => ({ from: src, to: dst, text: conn, look: 'plain' as const }));
  return drawPicture(workloads, lines, `What may connect to what: ${folder}`);
}
