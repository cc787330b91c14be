import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Agent, fetch, Agent as UndiciAgent } from 'undici';

const ASSETS = process.env.KUBEBUILDER_ASSETS;

/** Why the real API server cannot be started here, or null. */
export const apiServerMissing: string | null =
  ASSETS && existsSync(join(ASSETS, 'kube-apiserver')) && existsSync(join(ASSETS, 'etcd'))
    ? null
    : 'KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd';

export interface ApiServer {
  /** Of a cluster administrator. */
  readonly kubeconfig: string;
  /** A kubeconfig of a service account, through the real TokenRequest API. */
  kubeconfigOf(namespace: string, serviceAccount: string): Promise<string>;
  /** As the administrator. Throws with the server's words for any answer but 2xx. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>;
  kubectl(args: readonly string[], input?: string): string;
  stop(): Promise<void>;
}

/** Starts etcd and kube-apiserver on random loopback ports, in a temporary folder that goes with them. */
export async function startApiServer(): Promise<ApiServer> {
  const directory = mkdtempSync(join(tmpdir(), 'margay-agent-apiserver-'));
  const children: ChildProcess[] = [];
  const [etcdPort, etcdPeerPort, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  const file = (name: string) => join(directory, name);
  writeFileSync(file('tokens.csv'), `${token},admin,admin,"system:masters"\n`);
  execFileSync('openssl', ['genrsa', '-out', file('sa.key'), '2048'], { stdio: 'ignore' });
  // A test run that is killed takes them with it.
  const run = (name: string, args: string[]) => {
    const log = openSync(file(`${name}.log`), 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', join(ASSETS ?? '', name), ...args], {
      stdio: ['ignore', log, log],
    });
    children.push(child);
  };
  const stop = async () => {
    for (const child of children.reverse()) await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${etcdPeerPort}`;
    run('etcd', [
      ...['--data-dir', file('etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
      ...['--log-level', 'warn', '--unsafe-no-fsync'],
    ]);
    run('kube-apiserver', [
      ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
      ...['--secure-port', String(port), '--cert-dir', file('certs'), '--token-auth-file', file('tokens.csv')],
      ...['--authorization-mode', 'RBAC', '--disable-admission-plugins', 'ServiceAccount', '--allow-privileged'],
      ...['--service-account-key-file', file('sa.key'), '--service-account-signing-key-file', file('sa.key')],
      ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-cluster-ip-range', '10.96.0.0/16'],
      // The one that comes before a lost watch shows: bookmarks every minute are the server's own.
      '--watch-cache=true',
    ]);
    const server = `https://127.0.0.1:${port}`;
    const tls = new UndiciAgent({ connect: { rejectUnauthorized: false } });
    await untilReady(server, token, tls, children, () =>
      readFileSync(file('kube-apiserver.log'), 'utf8').slice(-2_000),
    );
    const write = (name: string, bearer: string) => {
      writeFileSync(file(name), kubeconfigText(server, bearer), { mode: 0o600 });
      return file(name);
    };
    const call: ApiServer['call'] = async (method, path, body, contentType = 'application/json') => {
      const response = await fetch(server + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        body: body === undefined ? undefined : JSON.stringify(body),
        dispatcher: tls,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    };
    const kubeconfig = write('admin.kubeconfig', token);
    return {
      kubeconfig,
      call,
      kubectl: (args, input) =>
        execFileSync(join(ASSETS ?? '', 'kubectl'), ['--kubeconfig', kubeconfig, ...args], {
          input,
          encoding: 'utf8',
          stdio: 'pipe',
        }),
      async kubeconfigOf(namespace, serviceAccount) {
        const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
        const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
        const answer = (await call('POST', path, request)) as { status: { token: string } };
        return write(`${namespace}-${serviceAccount}.kubeconfig`, answer.status.token);
      },
      stop: async () => {
        await tls.destroy();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(
  server: string,
  token: string,
  tls: Agent,
  children: readonly ChildProcess[],
  log: () => string,
) {
  const deadlineMs = Date.now() + 60_000;
  while (Date.now() < deadlineMs) {
    if (children.some((child) => child.exitCode !== null)) break;
    const headers = { authorization: `Bearer ${token}` };
    const ready = await fetch(`${server}/readyz`, { headers, dispatcher: tls }).catch(() => null);
    await ready?.body?.cancel();
    // Namespace kube-system is made by the server itself, a moment after it is ready.
    if (ready?.ok) {
      const system = await fetch(`${server}/api/v1/namespaces/kube-system`, { headers, dispatcher: tls });
      await system.body?.cancel();
      if (system.ok) return;
    }
    await delay(200);
  }
  throw new Error(`kube-apiserver did not become ready:\n${log()}`);
}

function kubeconfigText(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(killer);
}
