import type { z } from 'zod';
import type { CheckStep } from '../inputs/cluster.ts';
import type { ConnectFacts } from './load-connect-facts.ts';

type Step = z.input<typeof CheckStep>;
type Remedy = Step['remedy'];

/** How long each step may take before a remedy is offered. Pulling an image may take longer; what is offered is a look, so it does no harm. */
const TOKEN_PATIENCE_MS = 40_000;
const STEP_PATIENCE_MS = 45_000;

/** Pods run also where they cannot reach the console: then only the log tells. */
const START = 'kubectl -n margay get pods -o wide; kubectl -n margay logs deployment/margay-cluster --tail=20';
const CLUSTER_LOG = 'kubectl -n margay logs deployment/margay-cluster --tail=50';
const NODE_LOG = 'kubectl -n margay logs daemonset/margay-node --tail=50';
const canList = (account: string) => `kubectl auth can-i --list --as=system:serviceaccount:margay:${account}`;
/** What a node agent cannot read of Kubernetes comes among its taps' problems, under this name. */
const KUBERNETES = 'kubernetes: ';

const remedy = (text: string, command: string | null = null): Remedy => ({ text, command });
const applyAgain = () =>
  remedy(
    'Apply the install line again as a cluster administrator: it brings the permissions. This lists what the agent may do now:',
    canList('margay-cluster'),
  );
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const olderThan = (at: Date | null, ms: number, now: Date) => at !== null && now.getTime() - at.getTime() > ms;

export function tokenStep({ token, enrolledAt, now }: ConnectFacts): Step {
  const step = 'token' as const;
  if (enrolledAt !== null)
    return { step, state: 'done', at: token.usedAt ?? enrolledAt, detail: 'The agent has enrolled', remedy: null };
  if (token.state === 'none')
    return {
      step,
      state: 'waiting',
      at: null,
      detail: 'No install line has been made yet',
      remedy: remedy('Make the install line on this page.'),
    };
  if (token.state === 'expired')
    return {
      step,
      state: 'failed',
      at: token.expiresAt,
      detail: 'The install line expired before an agent used it',
      remedy: remedy(
        'Make a new line on this page and apply it. If you did apply the old one, this says what held the agent up:',
        START,
      ),
    };
  if (token.trouble !== null)
    return { step, state: 'failed', at: token.createdAt, detail: token.trouble, remedy: applyAgain() };
  const late = olderThan(token.createdAt, TOKEN_PATIENCE_MS, now);
  return {
    step,
    state: 'waiting',
    at: null,
    detail: 'Waiting for the agent to use the install line',
    remedy: late
      ? remedy(
          'Nothing has called yet. If the line was applied, see whether the agent runs and reaches this console:',
          START,
        )
      : null,
  };
}

export function agentStep({ agents, enrolledAt, token, now }: ConnectFacts): Step {
  const step = 'agent' as const;
  const alive = agents.filter((agent) => agent.alive);
  const firstSeen = agents.map((agent) => agent.firstSeenAt.getTime());
  const at = firstSeen.length > 0 ? new Date(Math.min(...firstSeen)) : null;
  const unread = alive.flatMap(({ taps }) => taps.problems).filter((problem) => problem.startsWith(KUBERNETES));
  if (unread.length > 0)
    return {
      step,
      state: 'failed',
      at,
      detail: joinProblems(unread.map((problem) => problem.slice(KUBERNETES.length))),
      remedy: remedy(
        'Without it, node agents cannot name who talks. This lists what they may do now:',
        canList('margay-node'),
      ),
    };
  if (alive.length > 0) {
    const nodes = alive.filter((agent) => agent.role === 'node').length;
    const cluster = alive.some((agent) => agent.role === 'cluster');
    const detail = `${cluster ? 'Cluster agent' : 'No cluster agent'} and ${plural(nodes, 'node agent')}`;
    return { step, state: 'done', at, detail, remedy: null };
  }
  if (token.trouble !== null && enrolledAt !== null)
    return { step, state: 'failed', at: enrolledAt, detail: token.trouble, remedy: applyAgain() };
  if (agents.length > 0)
    return {
      step,
      state: 'failed',
      at,
      detail: `${plural(agents.length, 'agent')} called before, none in the last minute`,
      remedy: remedy('See whether the agents still run and reach this console:', CLUSTER_LOG),
    };
  return {
    step,
    state: 'waiting',
    at: null,
    detail: enrolledAt === null ? 'Waiting for the install line to be used' : 'Enrolled; waiting for the first call',
    remedy: olderThan(enrolledAt, STEP_PATIENCE_MS, now)
      ? remedy('The agent enrolled and then fell silent. Its log says why:', CLUSTER_LOG)
      : null,
  };
}

/** Several nodes say the same, and of several resources the same: each is named once. */
function joinProblems(problems: readonly string[]): string {
  const alike = Map.groupBy(new Set(problems), (problem) => problem.slice(problem.indexOf(' ')));
  return [...alike]
    .map(([rest, all]) => `${all.map((one) => one.slice(0, one.indexOf(' '))).join(', ')}${rest}`)
    .join('; ');
}

export function inventoryStep({ inventory, cluster, agents, now }: ConnectFacts): Step {
  const step = 'inventory' as const;
  const problem = inventory?.problems[0];
  const alike = (inventory?.problems ?? []).filter(({ reason }) => reason === problem?.reason);
  if (inventory && problem)
    return {
      step,
      state: 'failed',
      at: inventory.receivedAt,
      detail: `${alike.map(({ resource }) => resource).join(', ')}: ${problem.reason === 'forbidden' ? 'the agent may not read them' : problem.message || problem.reason}`,
      remedy:
        problem.reason === 'forbidden'
          ? applyAgain()
          : remedy(
              'The Kubernetes API did not answer for this kind. The log of the cluster agent says more:',
              CLUSTER_LOG,
            ),
    };
  if (inventory)
    return {
      step,
      state: 'done',
      at: inventory.receivedAt,
      detail: `Kubernetes ${cluster.kubernetesVersion ?? ''}, ${plural(cluster.nodes, 'node')}, ${plural(cluster.workloads, 'workload')}`,
      remedy: null,
    };
  const clusterAgent = agents.find((agent) => agent.role === 'cluster');
  return {
    step,
    state: 'waiting',
    at: null,
    detail: 'Waiting for the list of workloads',
    remedy: olderThan(clusterAgent?.firstSeenAt ?? null, STEP_PATIENCE_MS, now)
      ? remedy('The cluster agent calls but has sent no inventory. Its log says why:', CLUSTER_LOG)
      : null,
  };
}

export function flowStep({ firstFlowMs, agents, inventory, now }: ConnectFacts): Step {
  const step = 'flow' as const;
  if (firstFlowMs !== null)
    return { step, state: 'done', at: new Date(firstFlowMs), detail: 'Traffic is arriving', remedy: null };
  const nodes = agents.filter((agent) => agent.role === 'node');
  const taps = nodes.reduce((sum, { taps }) => sum + taps.active + taps.halfBlind, 0);
  const broken = nodes.flatMap((agent) => agent.taps.problems)[0];
  if (nodes.length > 0 && taps === 0 && broken !== undefined)
    return {
      step,
      state: 'failed',
      at: null,
      detail: broken,
      remedy: remedy('No pod could be tapped. The log of a node agent says what its kernel lacks:', NODE_LOG),
    };
  const detail =
    nodes.length === 0
      ? 'Waiting for a node agent'
      : `${plural(nodes.length, 'node agent')} watching ${plural(taps, 'pod')}; no connection seen yet`;
  const since =
    nodes.length > 0
      ? new Date(Math.min(...nodes.map((agent) => agent.firstSeenAt.getTime())))
      : (inventory?.receivedAt ?? null);
  if (!olderThan(since, STEP_PATIENCE_MS, now)) return { step, state: 'waiting', at: null, detail, remedy: null };
  return {
    step,
    state: 'waiting',
    at: null,
    detail,
    remedy:
      nodes.length === 0
        ? remedy(
            'No node agent has called. They need to be allowed to run privileged on every node:',
            'kubectl -n margay describe daemonset/margay-node',
          )
        : remedy(
            'Pods that do not talk give no flows. If yours do, the log of a node agent says what it sees:',
            NODE_LOG,
          ),
  };
}
