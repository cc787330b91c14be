import { OURS } from './application.ts';
import type { ClusterRun } from './cluster-run.ts';
import { until } from './until.ts';

const PORT = 8080;
/** Clients hang up as soon as they got through. */
const SERVER = `require('node:net').createServer((socket) => socket.on('error', () => {}).end()).listen(${PORT}, '0.0.0.0')`;
const WITHIN_MS = 30_000;

/** How connecting went, by client: `friend` and `stranger` on the server's node and on another. */
export type Reached = Readonly<Record<string, 'open' | 'timeout' | 'refused'>>;

/** A server and clients on two nodes, for a policy to stand between them. */
export interface Wall {
  /** Looks until all clients fare as `wanted` says, or for half a minute; the last look. */
  readonly reach: (wanted: Reached) => Promise<Reached>;
  /** Lets friends alone in, by a NetworkPolicy as people write it. */
  readonly policy: object;
}

export async function raiseWall({ kubectl, suffix, image }: ClusterRun): Promise<Wall> {
  const namespace = `wall-${suffix}`;
  const [near = '', far = ''] = (await kubectl.list('nodes')).map(({ metadata }) => metadata.name).sort();
  const clients = [
    { name: 'friend-near', role: 'friend', node: near },
    { name: 'friend-far', role: 'friend', node: far },
    { name: 'stranger-near', role: 'stranger', node: near },
    { name: 'stranger-far', role: 'stranger', node: far },
  ];
  const pod = (name: string, role: string, nodeName: string, program: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { role } },
    spec: {
      nodeName,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'node', image, imagePullPolicy: 'IfNotPresent', command: ['node', '-e', program] }],
    },
  });
  const idle = 'setInterval(() => {}, 1e9)';
  await kubectl.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [OURS]: 'true' } } },
    pod('server', 'server', near, SERVER),
    ...clients.map(({ name, role, node }) => pod(name, role, node, idle)),
  ]);
  await kubectl.run(['-n', namespace, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
  const host = await kubectl.run(['-n', namespace, 'get', 'pod', 'server', '-o', 'jsonpath={.status.podIP}']);
  const dial = `const s = require('node:net').connect({ host: '${host}', port: ${PORT} });
    const end = (word) => { console.log(word); process.exit(); };
    s.on('connect', () => end('open')).on('error', () => end('refused')); setTimeout(() => end('timeout'), 1500);`;
  const once = async () => {
    const answers = await Promise.all(
      clients.map(async ({ name }) => {
        const word = (await kubectl.run(['-n', namespace, 'exec', name, '--', 'node', '-e', dial])).trim();
        return [name, word] as const;
      }),
    );
    return Object.fromEntries(answers) as Reached;
  };
  return {
    reach: (wanted) =>
      until(once, (seen) => Object.entries(wanted).every(([name, word]) => seen[name] === word), WITHIN_MS),
    policy: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'friends', namespace },
      spec: {
        podSelector: { matchLabels: { role: 'server' } },
        ingress: [{ from: [{ podSelector: { matchLabels: { role: 'friend' } } }], ports: [{ port: PORT }] }],
      },
    },
  };
}
