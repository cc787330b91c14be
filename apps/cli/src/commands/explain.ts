import {
  type ClusterModel,
  type DirectionEvaluation,
  type NearestMiss,
  nearestMiss,
  type Packet,
  type Trace,
  type TraceEntry,
} from '@margay/policy';
import { type Answer, ask } from '../ask.ts';
import { BAD_INPUT, BadInput, type Command, FINDING, FINE, requireValue } from '../command.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { readProtocol } from '../input/protocol.ts';
import type { Probe } from '../input/read-probes.ts';
import { policyName } from '../output/policy-name.ts';
import { say } from '../output/say.ts';
import { toYaml } from '../output/to-yaml.ts';
import { writeOut } from '../output/write-out.ts';

export const explainCommand: Command = {
  name: 'explain',
  positionals: ['DIR'],
  needs: '--from END --to END --port PORT',
  summary: 'why one connection is allowed or denied',
  details: `Shows what each tier of policies says at both ends, which policies isolate an end, and the rule that would nearly have allowed it.
A port is as tcp/8080, udp/53, icmp, icmp/8/0 (type, code) or a protocol number; give the port that the pod listens on, not the
Service's. Exit code 1: denied.`,
  options: {
    from: { type: 'string', value: 'END', help: 'namespace/name, namespace/name[Kind] or an address' },
    to: { type: 'string', value: 'END', help: 'likewise' },
    port: { type: 'string', value: 'PORT', help: 'tcp/8080' },
    lenient: { type: 'boolean', help: 'go on without policies that are invalid' },
  },
  formats: ['txt', 'json', 'yaml'],
  run: async ([folder = ''], values) => {
    const [from, to] = [requireValue(values, 'from'), requireValue(values, 'to')];
    const probe: Probe = { from, to, ...readPort(requireValue(values, 'port')) };
    const { cluster, policies, exitCode } = loadCluster(folder, values);
    const answer = ask(cluster, policies, probe);
    const explained = explain(cluster, answer);
    const forms: Readonly<Record<string, () => Iterable<string>>> = {
      txt: () => lines(explained, `${from} -> ${to} ${values.port}`),
      json: () => [`${JSON.stringify(explained, null, 2)}\n`],
      yaml: () => [toYaml(explained)],
    };
    await writeOut(forms[String(values.output)]?.() ?? []);
    if (answer.ambiguous) say('pods, or addresses, of that name are not treated alike; shown is the first');
    if (exitCode !== FINE) return BAD_INPUT;
    return answer.evaluation.verdict === 'deny' ? FINDING : FINE;
  },
};

function readPort(text: string): Pick<Probe, 'protocol' | 'srcPort' | 'dstPort' | 'icmp'> {
  const [name = '', ...numbers] = text.split('/');
  const protocol = readProtocol(name);
  const [first = null, second = 0, ...rest] = numbers.map((number) => (/^\d{1,5}$/.test(number) ? Number(number) : -1));
  const isIcmp = protocol === 1 || protocol === 58;
  const most = isIcmp ? 255 : 65_535;
  const inRange = [first ?? 0, second].every((number) => number >= 0 && number <= most);
  if (protocol === null || !inRange || rest.length > 0 || (numbers.length > 1 && !isIcmp))
    throw new BadInput(`--port ${text} is not as tcp/8080, udp/53, icmp/8/0 or 47`);
  if (first === null && WITH_PORTS.includes(protocol))
    throw new BadInput(`--port ${text} lacks the port: ${text}/8080`);
  const icmp = isIcmp && first !== null ? { type: first, code: second } : null;
  return { protocol, srcPort: null, dstPort: isIcmp ? null : first, icmp };
}

/** TCP, UDP, SCTP, UDPLite. */
const WITH_PORTS: readonly number[] = [6, 17, 132, 136];

interface ExplainedTrace {
  readonly verdict: Trace['verdict'];
  readonly trace: readonly TraceEntry[];
  readonly isolatedBy: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  readonly nearestMiss: {
    readonly policy: string;
    readonly rule: string;
    readonly differs: string;
    readonly wanted: string;
    readonly found: string;
  } | null;
}
type ExplainedEnd = { readonly enforced: ExplainedTrace; readonly pending: ExplainedTrace } | null;
type Explained = ReturnType<typeof explain>;

function explain(cluster: ClusterModel, { packet, evaluation, ambiguous }: Answer) {
  const { verdict, pendingVerdict } = evaluation;
  const end = (direction: DirectionEvaluation | null): ExplainedEnd =>
    direction === null
      ? null
      : {
          enforced: explainTrace(cluster, packet, direction, direction.enforced),
          pending: explainTrace(cluster, packet, direction, direction.pending),
        };
  return { verdict, pendingVerdict, ambiguous, egress: end(evaluation.egress), ingress: end(evaluation.ingress) };
}

function explainTrace(
  cluster: ClusterModel,
  packet: Packet,
  { direction }: DirectionEvaluation,
  trace: Trace,
): ExplainedTrace {
  return {
    verdict: trace.verdict,
    trace: trace.entries,
    isolatedBy: trace.isolating.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    nearestMiss: describeMiss(nearestMiss(cluster, packet, { direction, trace })),
  };
}

const describeMiss = (miss: NearestMiss | null) =>
  miss === null
    ? null
    : {
        policy: policyName(miss.policy),
        rule: miss.rule.path,
        differs: miss.differs,
        wanted: miss.wanted,
        found: miss.found,
      };

function* lines({ verdict, pendingVerdict, egress, ingress }: Explained, question: string): Generator<string> {
  yield `${verdict}: ${question}\n`;
  yield* endLines('egress at the source', egress, 'enforced');
  yield* endLines('ingress at the destination', ingress, 'enforced');
  if (pendingVerdict === verdict) return;
  yield `with staged policies enforced, ${pendingVerdict}\n`;
  yield* endLines('egress at the source', egress, 'pending');
  yield* endLines('ingress at the destination', ingress, 'pending');
}

function* endLines(title: string, end: ExplainedEnd, scope: 'enforced' | 'pending'): Generator<string> {
  if (end === null) return yield `  ${title}: no policy applies there\n`;
  const { verdict, trace, isolatedBy, nearestMiss: miss } = end[scope];
  yield `  ${title}: ${verdict}\n`;
  for (const entry of trace) yield `    ${entryLine(entry)}\n`;
  if (trace.length === 0) yield '    the namespace does not exist\n';
  if (isolatedBy.length > 0) yield `    isolated by ${isolatedBy.map(policyName).join(', ')}\n`;
  if (miss !== null)
    yield `    nearest: ${miss.policy} ${miss.rule} differs in ${miss.differs}: it has ${miss.wanted}, this is ${miss.found}\n`;
}

function entryLine({ tier, kind, namespace, name, rule, action }: TraceEntry): string {
  if (kind === 'Profile') return `no policy decides: ${action}`;
  const where =
    rule === -1 ? 'no rule matches, end of tier' : `rule ${rule} of ${policyName({ kind, namespace, name })}`;
  return `tier ${tier}: ${where}: ${action}`;
}
