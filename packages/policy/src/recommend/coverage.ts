import { containsCidr, formatCidr } from '../address/cidr.ts';
import { groupBy } from '../inventory/group-by.ts';
import { type DraftEntry, isRange, type RangeEntry } from './draft.ts';
import type { Lesson, Omission } from './lesson.ts';
import { mergeOmissions } from './omissions.ts';
import { onePort } from './port.ts';
import type { Coverage, ObservedEdge } from './types.ts';

type Entries = Readonly<Record<'ingress' | 'egress', readonly DraftEntry[]>>;

/**
 * How much of what a workload was seen to do its rules let through, judged by the rules as they came out. A connection that was open all the time and
 * never begun counts as one; attempts that were denied are none of it.
 */
export function coverageOf(learnt: readonly (Lesson | Omission)[], entries: Entries): Coverage {
  const allows = { ingress: indexEntries(entries.ingress), egress: indexEntries(entries.egress) };
  let [connections, allowed, denied] = [0, 0, 0];
  const uncovered: Omission[] = [];
  for (const [edge, taught] of groupBy(learnt, (one) => one.edge)) {
    const weight = weightOf(edge);
    if (edge.action === 'deny') {
      denied += weight;
      continue;
    }
    const missing = taught.flatMap((one) => {
      if (one.kind === 'omission') return [{ ...one, connections: weight }];
      return allows[one.direction](one) ? [] : [toOmission(one, weight)];
    });
    connections += weight;
    if (missing.length === 0) allowed += weight;
    uncovered.push(...missing);
  }
  const share = connections === 0 ? null : allowed / connections;
  return { connections, allowed, denied, share, uncovered: mergeOmissions(uncovered) };
}

/** Of several workloads together, such as those of a namespace. What went from one to another counts at both: each has to let it through. */
export function sumCoverage(coverages: readonly Coverage[]): Omit<Coverage, 'uncovered'> {
  const sum = (value: (coverage: Coverage) => number) => coverages.reduce((total, one) => total + value(one), 0);
  const [connections, allowed] = [sum((one) => one.connections), sum((one) => one.allowed)];
  const share = connections === 0 ? null : allowed / connections;
  return { connections, allowed, denied: sum((one) => one.denied), share };
}

const weightOf = ({ connectionsStarted }: ObservedEdge) => Math.max(1, connectionsStarted);

function toOmission({ unit, direction, edge, protocol, port, peer }: Lesson, connections: number): Omission {
  const preposition = direction === 'ingress' ? 'from' : 'to';
  const sentence = `${onePort({ protocol, port })} ${preposition} ${peer.words.name}`;
  const reason = 'no rule lets it through';
  return { kind: 'omission', unit, direction, edge, sentence, reason, connections, isNewDemand: false };
}

type Allows = (lesson: Lesson) => boolean;

function indexEntries(entries: readonly DraftEntry[]): Allows {
  const units = new Map(
    entries.flatMap(({ peer, ports }) => (peer.kind === 'unit' ? [[peer.unit.key, ports] as const] : [])),
  );
  const ranges = groupBy(entries.filter(isRange), ({ peer }) => formatCidr(peer.cidr));
  const blocks = entries.filter(isRange).filter(({ peer: { cidr } }) => cidr.prefix < (cidr.family === 4 ? 32 : 128));
  return ({ peer, protocol, port }) => {
    const key = onePort({ protocol, port });
    if (peer.kind === 'unit') return units.get(peer.unit.key)?.has(key) === true;
    const letsIn = ({ ports }: RangeEntry) => ports.has(key);
    return peer.cidrs.every(
      (cidr) =>
        (ranges.get(formatCidr(cidr)) ?? []).some(letsIn) ||
        blocks.some((entry) => letsIn(entry) && containsCidr(entry.peer.cidr, cidr)),
    );
  };
}
