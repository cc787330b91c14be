import { protocolName } from '@margay/model';
import { type Cidr, formatCidr } from '../address/cidr.ts';
import { groupBy } from '../inventory/group-by.ts';
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from '../kubernetes.ts';
import { compareText } from './compare-text.ts';
import { type DraftEntry, isRange, portSignature, type RangeEntry, type UnitPeer } from './draft.ts';
import { type EvidenceContext, toEvidence } from './evidence.ts';
import type { RangeGroup } from './externals.ts';
import { findWidth } from './find-width.ts';
import { plainText } from './plain-text.ts';
import { portRuns } from './port-runs.ts';
import type { Sighting } from './sighting.ts';
import type { RuleEvidence, RuleFinding } from './types.ts';
import { listWords, portWords, sortedTexts, workloadWords } from './words.ts';

/** One rule, either direction: its peers times its ports, each of which was seen. */
export interface BuiltRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
  readonly sentence: string;
  readonly evidence: RuleEvidence;
  readonly findings: readonly RuleFinding[];
}

/**
 * One rule per workload that is a peer, with all its ports, because that is how a reader asks ("may frontend?"); addresses of one kind with the same
 * ports share a rule. Own namespace first, then other namespaces, addresses, nodes.
 */
export function buildRules(entries: readonly DraftEntry[], context: EvidenceContext): BuiltRule[] {
  const { namespace } = context.unit;
  const units = entries.flatMap(({ peer, ports }) => (peer.kind === 'unit' ? [{ peer, ports }] : []));
  const ranges = groupBy(entries.filter(isRange), (entry) => groupKey(entry));
  return [
    ...units.sort((a, b) => compareUnits(a.peer, b.peer, namespace)).map((entry) => unitRule(entry, context)),
    ...[...ranges.values()]
      .map(sortRanges)
      .sort(compareRangeRules)
      .map((range) => rangeRule(range, context)),
  ];
}

const groupKey = (entry: RangeEntry) => JSON.stringify([entry.peer.source, entry.peer.group, portSignature(entry)]);

function unitRule(
  { peer, ports }: { peer: UnitPeer; ports: DraftEntry['ports'] },
  context: EvidenceContext,
): BuiltRule {
  const { namespace } = context.unit;
  const { unit } = peer;
  const names = unit.workloads.map((workload) => workloadWords(workload, unit.namespace));
  const where = unit.namespace === namespace ? '' : ` in ${plainText(unit.namespace)}`;
  const sightings = [...ports.values()];
  return {
    peers: [{ namespaceSelector: byName(unit.namespace), podSelector: unit.selector }],
    ports: toPorts(sightings),
    sentence: `Allow ${listWords(names)}${where} on ${portWords(sightings)}`,
    evidence: toEvidence(sightings, context),
    findings: [],
  };
}

/** The label that the API server sets on every namespace. */
const byName = (namespace: string): LabelSelector => ({ matchLabels: { 'kubernetes.io/metadata.name': namespace } });

function rangeRule(entries: readonly RangeEntry[], context: EvidenceContext): BuiltRule {
  const sightings = entries.flatMap(({ ports }) => [...ports.values()]);
  const [first] = entries;
  const names =
    first?.peer.source === 'node'
      ? sortedTexts(sightings.flatMap(({ peers }) => [...peers]))
      : entries.map(({ peer }) => rangeWords(peer.cidr));
  const group = first?.peer.group ?? null;
  return {
    peers: entries.map(({ peer }) => ({ ipBlock: { cidr: formatCidr(peer.cidr) } })),
    ports: toPorts([...(first?.ports.values() ?? [])]),
    sentence: `Allow ${group === null ? listWords(names) : `${groupWords(group)} (${listWords(names)})`} on ${portWords([...(first?.ports.values() ?? [])])}`,
    evidence: toEvidence(sightings, context),
    findings: findWidth(entries.map(({ peer }) => peer)),
  };
}

/** Behind one address may be several names: any of them may have been meant. */
function groupWords(group: RangeGroup): string {
  if (group.kind === 'network-set') return `network set ${group.name}`;
  const MOST = 3;
  const more = group.names.length > MOST ? [`${group.names.length - MOST} more names`] : [];
  return [...group.names.slice(0, MOST), ...more].join(' or ');
}

/** A single address is written as such. */
const rangeWords = (cidr: Cidr) => formatCidr(cidr).replace(cidr.family === 4 ? /\/32$/ : /\/128$/, '');

function toPorts(sightings: readonly Sighting[]): NetworkPolicyPort[] {
  return portRuns(sightings).map(({ protocol, first, last }) => ({
    protocol: protocolName(protocol) as 'TCP' | 'UDP' | 'SCTP',
    port: first,
    ...(last > first ? { endPort: last } : {}),
  }));
}

function compareUnits(a: UnitPeer, b: UnitPeer, namespace: string): number {
  const isForeign = ({ unit }: UnitPeer) => Number(unit.namespace !== namespace);
  return isForeign(a) - isForeign(b) || compareText(a.unit.key, b.unit.key);
}

const sortRanges = (entries: readonly RangeEntry[]) =>
  [...entries].sort((a, b) => compareCidrs(a.peer.cidr, b.peer.cidr));

function compareCidrs(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.prefix - b.prefix;
}

function compareRangeRules([a]: readonly RangeEntry[], [b]: readonly RangeEntry[]): number {
  if (a === undefined || b === undefined) return 0;
  const order = ['outside', 'bucket', 'node'];
  const bySource = order.indexOf(a.peer.source) - order.indexOf(b.peer.source);
  return bySource || compareCidrs(a.peer.cidr, b.peer.cidr) || compareText(groupKey(a), groupKey(b));
}
