import { byId } from './compare-text.ts';
import { calledPeers, type GroupRef } from './groups.ts';
import { layerOf } from './layer-of.ts';
import { collectMembers, type Member } from './members.ts';
import { mergeEdges } from './merge-edges.ts';
import {
  type Coverage,
  type EdgeInput,
  LAYERS,
  type Layer,
  type Lens,
  type Topology,
  type TopologyEdge,
  type TopologyGroup,
  type TopologyInput,
  type TopologyNode,
} from './types.ts';

/** What is drawn: groups collapsed or open, the nodes in them, one edge per pair of nodes. The same input gives the same ids in the same order. */
export function buildTopology(input: TopologyInput): Topology {
  const { edges, workloads, expanded, rangeMs, lens = 'all', newSinceMs = null } = input;
  const hiddenLayers = input.hiddenLayers ?? new Set<Layer>();
  const shown = edges.filter((edge) => !isHidden(edge, hiddenLayers));
  // Who is called is read off all edges: hiding a layer must not move a peer into another group.
  const members = collectMembers(shown, workloads, calledPeers(edges));
  const nodeOf = (key: string) => {
    const member = members.get(key);
    return member === undefined || expanded.has(member.group.id) ? key : member.group.id;
  };
  const merged = mergeEdges(shown, { lens, rangeMs, newSinceMs, nodeOf });
  const isWithin = ({ source, target }: TopologyEdge) => source === target && !members.has(source);
  const drawn = merged.filter((edge) => !isWithin(edge));
  const within = new Map(merged.filter(isWithin).map((edge) => [edge.source, edge.pairs]));
  const { nodes, groups } = placeMembers([...members.values()], expanded, { drawn, within, lens });
  return {
    nodes,
    groups,
    edges: drawn,
    lensCounts: countLenses(drawn),
    hiddenCounts: countHidden(edges, hiddenLayers),
  };
}

function isHidden(edge: EdgeInput, hiddenLayers: ReadonlySet<Layer>): boolean {
  const layer = layerOf(edge);
  return layer !== null && hiddenLayers.has(layer);
}

interface Drawing {
  readonly drawn: readonly TopologyEdge[];
  readonly within: ReadonlyMap<string, number>;
  readonly lens: Lens;
}

function placeMembers(members: readonly Member[], expanded: ReadonlySet<string>, { drawn, within, lens }: Drawing) {
  const inLens = new Set(drawn.filter((edge) => edge.inLens).flatMap(({ source, target }) => [source, target]));
  const isLit = (id: string) => lens === 'all' || inLens.has(id);
  const byGroup = new Map<string, { group: GroupRef; members: Member[] }>();
  for (const member of members) {
    const entry = byGroup.get(member.group.id) ?? { group: member.group, members: [] };
    byGroup.set(member.group.id, entry);
    entry.members.push(member);
  }
  const nodes: TopologyNode[] = [];
  const groups: TopologyGroup[] = [];
  for (const { group, members: own } of byGroup.values()) {
    const summary = { ...group, members: own.length, coverage: coverageOf(own) };
    if (expanded.has(group.id)) {
      groups.push(summary);
      nodes.push(...own.map((member) => memberNode(member, isLit(member.id))));
    } else nodes.push(collapsedNode(summary, own, within.get(group.id) ?? 0, isLit(group.id)));
  }
  return { nodes: nodes.sort(byId), groups: groups.sort(byId) };
}

function memberNode({ workload, group, ...member }: Member, inLens: boolean): TopologyNode {
  const coverage = coverageOf([{ workload }]);
  const pods = workload?.pods ?? null;
  return { ...member, group: group.id, isCollapsedGroup: false, members: 1, pods, coverage, internalEdges: 0, inLens };
}

function collapsedNode(
  group: TopologyGroup,
  members: readonly Member[],
  internalEdges: number,
  inLens: boolean,
): TopologyNode {
  const pods = members.reduce((sum, { workload }) => sum + (workload?.pods ?? 0), 0);
  const namespace = group.kind === 'namespace' ? group.label : null;
  return { ...group, isCollapsedGroup: true, group: null, namespace, workloadKind: null, pods, internalEdges, inLens };
}

/** No policy applies on the host network, so such workloads are not counted as open. */
function coverageOf(members: readonly Pick<Member, 'workload'>[]): Coverage {
  const coverable = members
    .map(({ workload }) => workload)
    .filter((workload) => workload !== null && !workload.hostNetwork);
  return {
    ingress: coverable.filter((workload) => (workload?.ingressPolicies.length ?? 0) > 0).length,
    egress: coverable.filter((workload) => (workload?.egressPolicies.length ?? 0) > 0).length,
    of: coverable.length,
  };
}

function countLenses(edges: readonly TopologyEdge[]): Record<Lens, number> {
  const count = (finds: (edge: TopologyEdge) => boolean) => edges.filter(finds).length;
  return {
    all: edges.length,
    denied: count((edge) => edge.counts.denied > 0),
    none: count((edge) => edge.counts.none > 0),
    new: count((edge) => edge.isNew),
  };
}

/** Hidden edges, counted as pairs of peers: the number does not change when a group opens. */
function countHidden(edges: readonly EdgeInput[], hiddenLayers: ReadonlySet<Layer>): Record<Layer, number> {
  const pairs = new Map<Layer, Set<string>>(LAYERS.map((layer) => [layer, new Set()]));
  for (const edge of edges) {
    const layer = layerOf(edge);
    if (layer !== null && hiddenLayers.has(layer)) pairs.get(layer)?.add(JSON.stringify([edge.srcKey, edge.dstKey]));
  }
  return Object.fromEntries(LAYERS.map((layer) => [layer, pairs.get(layer)?.size ?? 0])) as Record<Layer, number>;
}
