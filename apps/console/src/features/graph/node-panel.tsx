'use client';
import type { Topology, TopologyEdge, TopologyNode } from '@margay/graph';
import type { ClusterId, Peer } from '@margay/model';
import type { WorkloadView } from '@margay/services/inputs';
import {
  Button,
  buttonClass,
  formatCount,
  formatRate,
  Glyph,
  Icon,
  plainName,
  plural,
  VERDICT_WORDS,
} from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTRPC } from '../../client/trpc.tsx';
import type { Range } from '../range/index.ts';
import { paths, useShell } from '../shell/index.ts';
import { flowsQuery } from './flow-links.ts';
import { Panel } from './panel.tsx';
import { coverageWords, groupWords, nodeSentence } from './words.ts';

const PODS_SHOWN = 12;

/** What is true of one node: its policies, its pods, who reaches it and whom it reaches. */
export function NodePanel({
  clusterId,
  range,
  node,
  topology,
  workload,
  peer,
  seconds,
  onEdge,
  onToggle,
  onFocus,
  onClose,
}: {
  clusterId: ClusterId;
  range: Range;
  node: TopologyNode;
  topology: Topology;
  workload: WorkloadView | undefined;
  peer: Peer | undefined;
  seconds: number;
  onEdge: (id: string) => void;
  onToggle: (groupId: string) => void;
  onFocus: (() => void) | null;
  onClose: () => void;
}) {
  const { org } = useShell();
  const flows = peer
    ? flowsQuery(range, { either: peer })
    : node.kind === 'namespace'
      ? `${new URLSearchParams({ ns: node.label })}`
      : null;
  return (
    <Panel
      label={nodeSentence(node, topology)}
      onClose={onClose}
      head={<span className="tag">{node.workloadKind ?? (node.isCollapsedGroup ? 'Collapsed' : node.kind)}</span>}
      foot={
        <>
          {node.isCollapsedGroup ? (
            <Button icon="plus" onClick={() => onToggle(node.id)}>
              Expand
            </Button>
          ) : null}
          {workload ? <RecommendationLink clusterId={clusterId} workload={workload} /> : null}
          {onFocus ? <Button onClick={onFocus}>Focus</Button> : null}
          <span className="grow" />
          {flows === null ? null : (
            <Link className={buttonClass('quiet')} href={`${paths.flows(org.slug, clusterId)}?${flows}`}>
              Flows
              <Icon name="right" small />
            </Link>
          )}
        </>
      }
    >
      <div className="panel-title" title={node.label}>
        {node.namespace && node.kind !== 'namespace' ? <span className="ns">{node.namespace} / </span> : null}
        <span>{node.label}</span>
      </div>
      <div className="panel-sub second">
        {node.isCollapsedGroup
          ? groupWords({ kind: groupKindOf(node), members: node.members, coverage: node.coverage })
          : node.kind === 'workload'
            ? sentenceCase(coverageWords(node.coverage))
            : 'Policies do not apply to it'}
      </div>
      {workload ? <Policies workload={workload} /> : null}
      <Edges
        title="Reached by"
        edges={topology.edges.filter((edge) => edge.target === node.id)}
        other={(edge) => edge.source}
        topology={topology}
        seconds={seconds}
        onEdge={onEdge}
      />
      <Edges
        title="Reaches"
        edges={topology.edges.filter((edge) => edge.source === node.id)}
        other={(edge) => edge.target}
        topology={topology}
        seconds={seconds}
        onEdge={onEdge}
      />
      {node.internalEdges > 0 ? (
        <p className="section small second">{plural(node.internalEdges, 'edge')} within it. Expand it to see them.</p>
      ) : null}
      {workload && workload.podNames.length > 0 ? <Pods workload={workload} /> : null}
    </Panel>
  );
}

const GROUPS = ['namespace', 'callers', 'outside', 'nodes', 'unknown'] as const;
const groupKindOf = (node: TopologyNode) => GROUPS.find((kind) => kind === node.kind) ?? 'namespace';
const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Policies({ workload }: { workload: WorkloadView }) {
  const list = (names: readonly string[]) =>
    names.length > 0 ? names.map(plainName).join(', ') : <span className="third">none</span>;
  return (
    <section className="section">
      <h2 className="h3">Policies that select it</h2>
      {workload.hostNetwork ? (
        <p className="small second">Its pods are on the host network: no policy applies to them.</p>
      ) : null}
      <dl className="facts">
        <dt>Ingress</dt>
        <dd>{list(workload.ingressPolicies)}</dd>
        <dt>Egress</dt>
        <dd>{list(workload.egressPolicies)}</dd>
      </dl>
    </section>
  );
}

function Edges({
  title,
  edges,
  other,
  topology,
  seconds,
  onEdge,
}: {
  title: string;
  edges: readonly TopologyEdge[];
  other: (edge: TopologyEdge) => string;
  topology: Topology;
  seconds: number;
  onEdge: (id: string) => void;
}) {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const sorted = [...edges].sort((a, b) => b.connections - a.connections);
  return (
    <section className="section">
      <h2 className="h3">
        {title} <span className="aside">{formatCount(edges.length)}</span>
      </h2>
      {edges.length === 0 ? <p className="small third">Nothing in this time.</p> : null}
      <ul>
        {sorted.map((edge) => (
          <li key={edge.id}>
            <button type="button" className="panel-edge" onClick={() => onEdge(edge.id)}>
              <span className={`sign tone-${edge.verdict}`}>
                <Glyph tone={edge.verdict} label={VERDICT_WORDS[edge.verdict]} />
              </span>
              <span className="grow cut">
                {nodes.get(other(edge))?.namespace ? (
                  <span className="ns">{nodes.get(other(edge))?.namespace} / </span>
                ) : null}
                <span className="name">{nodes.get(other(edge))?.label}</span>
              </span>
              <span className="mono second">{edge.portCount === 1 ? edge.ports[0] : `${edge.portCount} ports`}</span>
              <span className="num second panel-rate">{formatRate(edge.connections, seconds)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Pods({ workload }: { workload: WorkloadView }) {
  return (
    <section className="section">
      <h2 className="h3">
        Pods <span className="aside">{formatCount(workload.pods)}</span>
      </h2>
      <ul className="panel-pods mono small second">
        {workload.podNames.slice(0, PODS_SHOWN).map((name) => (
          <li key={name} className="cut" title={name}>
            {plainName(name)}
          </li>
        ))}
      </ul>
      {workload.pods > PODS_SHOWN ? (
        <p className="small third">and {formatCount(workload.pods - PODS_SHOWN)} more</p>
      ) : null}
    </section>
  );
}

/** To the policy that its traffic needs, where there is one. */
function RecommendationLink({ clusterId, workload }: { clusterId: ClusterId; workload: WorkloadView }) {
  const { org } = useShell();
  const { data } = useQuery(useTRPC().recommendation.list.queryOptions({ clusterId }, { staleTime: 30_000 }));
  const found = data?.rows.find((row) =>
    row.workloads.some(
      (each) => each.namespace === workload.namespace && each.kind === workload.kind && each.name === workload.name,
    ),
  );
  if (!found || found.state === 'refused') return null;
  return (
    <Link className={buttonClass()} href={paths.recommendation(org.slug, clusterId, found.id)}>
      {found.state === 'applied' ? 'Its policy' : 'Recommended policy'}
    </Link>
  );
}
