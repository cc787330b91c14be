import type { ClusterModel } from '../model/cluster.ts';
import type { NearestMiss, Trace } from '../model/evaluation.ts';
import type { End, Packet } from '../model/packet.ts';
import type { Direction, PolicyModel, Rule, Side } from '../model/policy.ts';
import { matchesDestination, matchesFamily, matchesProtocol, matchesSource } from './match-rule.ts';
import { matchesPorts } from './match-side.ts';
import { countUnmet, describeEnd, describePeer, describePort, describeSidePorts } from './words.ts';

interface Difference extends Pick<NearestMiss, 'differs' | 'wanted' | 'found'> {
  /** Labels that differ, of a peer. */
  readonly labels?: number;
}
type Candidate = NearestMiss & { readonly labels: number };

/** What is most worth telling first: a wrong port is a smaller slip than a wrong peer. */
const RANKS: readonly NearestMiss['differs'][] = ['port', 'peer', 'source port', 'own end', 'family'];

/**
 * Of an end that only its isolation denies: the allow rule of the isolating policies that all but one thing speaks for. Null where the verdict has another
 * reason, or every rule differs in more.
 */
export function nearestMiss(
  cluster: ClusterModel,
  packet: Packet,
  { direction, trace }: { readonly direction: Direction; readonly trace: Trace },
): NearestMiss | null {
  let nearest: Candidate | null = null;
  for (const policy of trace.isolating) {
    for (const rule of policy.rules[direction]) {
      const miss = rule.action === 'allow' ? missOf(cluster, packet, { policy, rule, direction }) : null;
      if (miss !== null && (nearest === null || compare(miss, nearest) < 0)) nearest = miss;
    }
  }
  if (nearest === null) return null;
  const { labels: _labels, ...miss } = nearest;
  return miss;
}

const compare = (a: Candidate, b: Candidate) =>
  RANKS.indexOf(a.differs) - RANKS.indexOf(b.differs) || a.labels - b.labels;

function missOf(
  cluster: ClusterModel,
  packet: Packet,
  { policy, rule, direction }: { policy: PolicyModel; rule: Rule; direction: Direction },
): Candidate | null {
  const differences: Difference[] = [
    ...portDifferences(rule, packet),
    ...endDifferences(cluster, rule, packet, direction),
    ...familyDifferences(rule, packet),
  ];
  const [only] = differences;
  return only !== undefined && differences.length === 1 ? { policy, rule, labels: 0, ...only } : null;
}

/** Protocol and destination port are one thing: a rule for TCP 8080 misses UDP 53 by one. */
function portDifferences(rule: Rule, packet: Packet): Difference[] {
  const { protocol, srcPort, dstPort } = packet;
  const found: Difference[] = [];
  const isPort = matchesPorts(rule.destination, packet.dst, { port: dstPort, protocol });
  if (!matchesProtocol(rule, packet) || !isPort)
    found.push({ differs: 'port', wanted: describePort(rule), found: describePort(packet) });
  if (!matchesPorts(rule.source, packet.src, { port: srcPort, protocol }))
    found.push({
      differs: 'source port',
      wanted: describeSidePorts(rule.source),
      found: srcPort === null ? 'none' : String(srcPort),
    });
  return found;
}

function endDifferences(cluster: ClusterModel, rule: Rule, packet: Packet, direction: Direction): Difference[] {
  const found: Difference[] = [];
  const tell = (side: Side, end: End, isOwn: boolean) =>
    found.push({
      differs: isOwn ? 'own end' : 'peer',
      wanted: describePeer(side, end),
      found: describeEnd(side, end),
      labels: countUnmet(side, end),
    });
  // The family is told by itself: addresses of the other one are no second difference.
  const anyFamily = { ...rule, family: null };
  if (!matchesSource(cluster, anyFamily, packet)) tell(rule.source, packet.src, direction === 'egress');
  if (!matchesDestination(cluster, anyFamily, packet)) tell(rule.destination, packet.dst, direction === 'ingress');
  return found;
}

function familyDifferences(rule: Rule, packet: Packet): Difference[] {
  if (matchesFamily(rule, packet)) return [];
  return [{ differs: 'family', wanted: `IPv${rule.family}`, found: `IPv${packet.family}` }];
}
