import type { AgentView, EdgeView, RecommendationSummary, WorkloadView } from '@margay/services/inputs';
import { formatCount, plainName, plural } from '@margay/ui';
import type { z } from 'zod';
import { peerText, portLabel } from '../peer/index.ts';

export type Agent = z.infer<typeof AgentView>;
export interface Insight {
  readonly id: string;
  readonly tone: 'denied' | 'loss' | 'pending' | 'none' | 'accent';
  readonly title: string;
  readonly detail: string;
  readonly page: 'graph' | 'flows' | 'recommendations' | 'connect';
  readonly query: Readonly<Record<string, string>>;
}
export interface OverviewFacts {
  readonly edges: readonly EdgeView[];
  readonly workloads: readonly WorkloadView[];
  readonly agents: readonly Agent[];
  readonly recommendations: readonly RecommendationSummary[];
  readonly losses: readonly { readonly node: string; readonly kind: string; readonly count: number }[];
}

const DENIED_SHOWN = 3;
const NAMESPACES_SHOWN = 3;
const LOSS_WORDS: Readonly<Record<string, string>> = {
  'kernel-map-full': 'its connection table was full',
  'kernel-parse': 'packets could not be read',
  'spool-full': 'the console was out of reach for longer than its spool holds',
  decode: 'messages could not be decoded',
  'too-old': 'they came later than is kept',
  identity: 'addresses could not be told apart',
  'address-cap': 'there were more outside addresses than are kept one by one',
  'peer-quota': 'the cluster has as many workloads, services and addresses as are kept, and these named more',
};

/** What a person should look at, the most pressing first. Empty when all is calm. */
export function insightsOf({ edges, workloads, agents, recommendations, losses }: OverviewFacts): Insight[] {
  return [
    ...denials(edges),
    ...silentAgents(agents),
    ...brokenTaps(agents),
    ...lost(losses),
    ...ready(recommendations),
    ...unprotected(workloads),
  ];
}

function denials(edges: readonly EdgeView[]): Insight[] {
  const denied = edges
    .filter((edge) => edge.verdict === 'denied')
    .sort((a, b) => b.connectionsStarted - a.connectionsStarted);
  const shown = denied.slice(0, DENIED_SHOWN).map((edge): Insight => {
    const [from, to] = [peerText(edge.src), peerText(edge.dst)];
    return {
      id: `denied ${edge.srcKey} ${edge.dstKey} ${edge.protocol} ${edge.port}`,
      tone: 'denied',
      title: `${from.name} does not get through to ${to.name}`,
      detail: `${portLabel(edge.protocol, edge.port)}, ${plural(edge.connectionsStarted, 'attempt')}${edge.evidence === 'unanswered' ? ', none answered' : ', refused by the kernel'}.`,
      page: 'graph',
      query: { lens: 'denied', edge: `${edge.srcKey.length}:${edge.srcKey}>${edge.dstKey}` },
    };
  });
  const rest = denied.length - shown.length;
  if (rest === 0) return shown;
  return [
    ...shown,
    {
      id: 'denied rest',
      tone: 'denied',
      title: `${plural(rest, 'more denied edge')}`,
      detail: 'All of them under the lens “Denied”.',
      page: 'graph',
      query: { lens: 'denied' },
    },
  ];
}

function silentAgents(agents: readonly Agent[]): Insight[] {
  const silent = agents.filter((agent) => !agent.alive);
  if (silent.length === 0) return [];
  const names = silent.slice(0, 3).map((agent) => (agent.role === 'cluster' ? 'the cluster agent' : agent.node));
  return [
    {
      id: 'silent',
      tone: 'pending',
      title: `${plural(silent.length, 'agent')} stopped calling`,
      detail: `${names.join(', ')}${silent.length > 3 ? ` and ${silent.length - 3} more` : ''}. What they would have seen is missing meanwhile.`,
      page: 'connect',
      query: {},
    },
  ];
}

function brokenTaps(agents: readonly Agent[]): Insight[] {
  return agents
    .filter((agent) => agent.alive && agent.taps.failed + agent.taps.halfBlind > 0)
    .map((agent) => ({
      id: `taps ${agent.node}`,
      tone: 'pending' as const,
      title: `${agent.node} does not see ${plural(agent.taps.failed + agent.taps.halfBlind, 'pod')} in full`,
      detail: agent.taps.problems[0] ?? 'Their connections are seen in one direction only, and so are not counted.',
      page: 'connect' as const,
      query: {},
    }));
}

function lost(losses: OverviewFacts['losses']): Insight[] {
  const byNode = Map.groupBy(losses, (loss) => loss.node);
  return [...byNode].map(([node, rows]) => {
    const most = rows.reduce((a, b) => (b.count > a.count ? b : a));
    return {
      id: `loss ${node}`,
      tone: 'loss' as const,
      title: `${node} lost ${formatCount(rows.reduce((sum, row) => sum + row.count, 0))} flows`,
      detail: `Mostly because ${LOSS_WORDS[most.kind] ?? most.kind}. Charts are hatched where it happened.`,
      page: 'flows' as const,
      query: {},
    };
  });
}

function ready(recommendations: readonly RecommendationSummary[]): Insight[] {
  const count = recommendations.filter((row) => row.state === 'ready').length;
  if (count === 0) return [];
  return [
    {
      id: 'ready',
      tone: 'accent',
      title: `${plural(count, 'policy', 'policies')} ready to review`,
      detail: 'Each lets through what its workload was seen to do.',
      page: 'recommendations',
      query: {},
    },
  ];
}

function unprotected(workloads: readonly WorkloadView[]): Insight[] {
  const byNamespace = Map.groupBy(
    workloads.filter((workload) => !workload.hostNetwork),
    (workload) => workload.namespace,
  );
  const open = [...byNamespace]
    .filter(([, rows]) => rows.every((row) => row.ingressPolicies.length + row.egressPolicies.length === 0))
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const line = (id: string, title: string, workloads: number): Insight => ({
    id,
    tone: 'none',
    title,
    detail: `${plural(workloads, 'workload')}, open to everything in the cluster.`,
    page: 'graph',
    query: { lens: 'none' },
  });
  const shown = open.length <= NAMESPACES_SHOWN ? open : open.slice(0, NAMESPACES_SHOWN - 1);
  const rest = open.slice(shown.length);
  return [
    ...shown.map(([namespace, rows]) =>
      line(`none ${namespace}`, `${plainName(namespace)} has no policy`, rows.length),
    ),
    ...(rest.length > 0
      ? [
          line(
            'none rest',
            `${formatCount(rest.length)} more namespaces have no policy`,
            rest.reduce((sum, [, rows]) => sum + rows.length, 0),
          ),
        ]
      : []),
  ];
}
