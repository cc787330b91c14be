import type { DirectionEvaluation, TraceEntry } from '@margay/policy';
import { type Answer, ask } from '../ask.ts';
import { BadInput, type Command, requireValue } from '../command.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { readOne } from '../input/read-files.ts';
import { readProbes } from '../input/read-probes.ts';
import { toYaml } from '../output/to-yaml.ts';
import { writeOut } from '../output/write-out.ts';

export const evaluateCommand: Command = {
  name: 'evaluate',
  positionals: ['DIR'],
  needs: '--probes FILE',
  summary: 'the verdict on each of many packets, with its trace',
  details: `FILE is a JSON array of probes. One is {"from", "to", "protocol", "port"} with ends as namespace/pod, namespace/workload[Kind] or an
address; or {"src": {"pod", "ip"}, "dst": {"pod", "ip"}, "protocol", "srcPort", "dstPort", "icmp": {"type", "code"}}.
A packet is new and after translation of Services: from pod to pod, or from or to outside.

Prints one array in the order asked: {"verdict", "egress": {"enforced", "pending"}, "ingress": {"enforced", "pending"}}. A trace lists what
ended each tier: {"tier", "kind", "namespace", "name", "rule", "action"}, rule -1 for the end of a tier; it is empty outside the cluster.
pending takes staged policies as enforced. "ambiguous": true where the pods of a workload, or the addresses of a pod, are not treated alike.`,
  options: {
    probes: { type: 'string', value: 'FILE', help: 'the probes; - for stdin' },
    lenient: { type: 'boolean', help: 'go on without policies that are invalid' },
  },
  formats: ['json', 'yaml'],
  run: async ([folder = ''], values) => {
    const probes = readProbes(readOne(requireValue(values, 'probes')));
    const { cluster, policies, exitCode } = loadCluster(folder, values);
    const wrong: string[] = [];
    const answers = probes.flatMap((probe, place) => {
      try {
        return [toJson(ask(cluster, policies, probe))];
      } catch (error) {
        if (!(error instanceof BadInput)) throw error;
        wrong.push(`probe ${place}: ${error.message}`);
        return [];
      }
    });
    if (wrong.length > 0) throw new BadInput(wrong.join('\n'));
    await writeOut(values.output === 'yaml' ? [toYaml(answers)] : pieces(answers));
    return exitCode;
  },
};

function* pieces(answers: readonly unknown[]): Generator<string> {
  for (const [place, answer] of answers.entries()) yield `${place === 0 ? '[\n' : ',\n'}  ${JSON.stringify(answer)}`;
  yield answers.length === 0 ? '[]\n' : '\n]\n';
}

const toJson = ({ evaluation: { verdict, egress, ingress }, ambiguous }: Answer) => ({
  verdict,
  ...(ambiguous ? { ambiguous } : {}),
  egress: traces(egress),
  ingress: traces(ingress),
});

function traces(direction: DirectionEvaluation | null) {
  return { enforced: entries(direction?.enforced.entries), pending: entries(direction?.pending.entries) };
}

const entries = (list: readonly TraceEntry[] = []) =>
  list.map(({ tier, kind, namespace, name, rule, action }) => ({ tier, kind, namespace, name, rule, action }));
