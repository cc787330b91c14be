import type { Coverage, Topology, TopologyEdge, TopologyGroup, TopologyNode } from '@margay/graph';
import { formatCount, formatRate, plural } from '@margay/ui';

export const VERDICT_PHRASES = { allowed: 'allowed by a policy', denied: 'denied', none: 'no policy decides' } as const;

/** "frontend to cartservice, TCP 7070, 74/s, allowed by a policy": what a screen reader hears of an edge. */
export function edgeSentence(edge: TopologyEdge, nameOf: (id: string) => string, seconds: number): string {
  const ports =
    edge.portCount > 3
      ? `${edge.ports.slice(0, 3).join(', ')} and ${edge.portCount - 3} more ports`
      : edge.ports.join(', ');
  return `${nameOf(edge.source)} to ${nameOf(edge.target)}, ${ports}, ${formatRate(edge.connections, seconds)}, ${VERDICT_PHRASES[edge.verdict]}`;
}

const KIND_WORDS: Readonly<Record<TopologyNode['kind'], string>> = {
  workload: 'workload',
  service: 'Service',
  node: 'node',
  external: 'address outside',
  cidr: 'addresses outside',
  unknown: 'unknown address',
  namespace: 'namespace',
  callers: 'outside callers',
  outside: 'outside',
  nodes: 'nodes',
};

/** "cartservice, Deployment in shop, covered in ingress, 2 edges in, 1 out". */
export function nodeSentence(node: TopologyNode, topology: Topology): string {
  const inbound = topology.edges.filter((edge) => edge.target === node.id).length;
  const outbound = topology.edges.filter((edge) => edge.source === node.id).length;
  const kind = node.workloadKind ?? KIND_WORDS[node.kind];
  const where = node.namespace && node.kind !== 'namespace' ? ` in ${node.namespace}` : '';
  const size = node.isCollapsedGroup ? `, ${plural(node.members, 'member')}, collapsed` : '';
  const cover = node.kind === 'workload' ? `, ${coverageWords(node.coverage)}` : '';
  return `${node.label}, ${kind}${where}${size}${cover}, ${plural(inbound, 'edge')} in, ${outbound} out`;
}

/** How policies cover one workload, in words for the ring. */
export function coverageWords({ ingress, egress, of }: Coverage): string {
  if (of === 0) return 'policies do not apply to it';
  if (ingress > 0 && egress > 0) return 'policies cover both directions';
  if (ingress > 0) return 'policies cover ingress only';
  if (egress > 0) return 'policies cover egress only';
  return 'no policy covers it';
}

/** "12 workloads, 83 % covered": what stands beside a group's name. */
export function groupWords({ kind, members, coverage }: Pick<TopologyGroup, 'kind' | 'members' | 'coverage'>): string {
  if (kind !== 'namespace')
    return plural(members, kind === 'nodes' ? 'node' : 'address', kind === 'nodes' ? 'nodes' : 'addresses');
  const size = plural(members, 'workload');
  if (coverage.of === 0) return size;
  const covered = Math.round((50 * (coverage.ingress + coverage.egress)) / coverage.of);
  return covered === 0 ? `${size}, no policy` : `${size}, ${covered}\u00a0% covered`;
}

/** {@link groupWords}, or the bare number where a group is too narrow for them beside its name. */
export function groupWordsFor(
  group: Pick<TopologyGroup, 'kind' | 'members' | 'coverage' | 'label'>,
  widthPx: number,
): string {
  const words = groupWords(group);
  const needed = TITLE_EXTRA_PX + group.label.length * NAME_CHARACTER_PX + words.length * WORD_CHARACTER_PX;
  return needed <= widthPx ? words : String(group.members);
}

const TITLE_EXTRA_PX = 48;
const NAME_CHARACTER_PX = 7;
const WORD_CHARACTER_PX = 5.7;

/** What is on the picture, for whoever cannot see it. */
export function pictureSentence(topology: Topology): string {
  const denied = topology.edges.filter((edge) => edge.verdict === 'denied').length;
  return `Service graph: ${plural(topology.nodes.length, 'node')}, ${plural(topology.edges.length, 'edge')}, ${formatCount(denied)} denied`;
}
