import { type ClusterModel, type End, type Evaluation, evaluate, type Packet, type PolicySet } from '@margay/policy';
import { findEnds } from './input/find-ends.ts';
import type { Probe } from './input/read-probes.ts';

export interface Answer {
  readonly packet: Packet;
  readonly evaluation: Evaluation;
  /** Pods, or addresses, that the names stand for are not treated alike; told is what becomes of the first. */
  readonly ambiguous: boolean;
}

/** What becomes of a probe, for every pair of ends that its names may stand for. */
export function ask(cluster: ClusterModel, policies: PolicySet, probe: Probe): Answer {
  const [sources, targets] = [findEnds(cluster, probe.from), findEnds(cluster, probe.to)];
  const pairs = sources.flatMap((src) => targets.map((dst) => ({ src, dst })));
  const meeting = pairs.filter(({ src, dst }) => fits(src, dst));
  const answers = (meeting.length > 0 ? meeting : pairs).map(({ src, dst }) => {
    const { protocol, srcPort, dstPort, icmp } = probe;
    const packet: Packet = { src, dst, family: familyOf(src, dst), protocol, srcPort, dstPort, icmp };
    return { packet, evaluation: evaluate(cluster, policies, packet) };
  });
  const [first] = answers;
  if (first === undefined) throw new RangeError('a name stands for nothing');
  const verdicts = new Set(
    answers.map(({ evaluation: { verdict, pendingVerdict } }) => `${verdict} ${pendingVerdict}`),
  );
  return { ...first, ambiguous: verdicts.size > 1 };
}

const familyOf = ({ ranges: [a] }: End, { ranges: [b] }: End) => a?.family ?? b?.family ?? 4;

/** A packet has one family. */
const fits = ({ ranges: [a] }: End, { ranges: [b] }: End) =>
  a === undefined || b === undefined || a.family === b.family;
