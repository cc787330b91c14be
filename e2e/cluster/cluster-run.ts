import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateInstallTokenOutput } from '@margay/services/inputs';
import { type RunningMargay, startMargay } from '../margay.ts';
import { makeAgentImage } from './agent-image.ts';
import { OURS } from './application.ts';
import { ConsoleUser } from './console-user.ts';
import { openDisposableCluster } from './disposable-cluster.ts';
import type { ClusterEnvironment } from './environment.ts';
import type { Kubectl } from './kubectl.ts';
import { runShell } from './shell.ts';

export interface ClusterRun {
  readonly environment: ClusterEnvironment;
  readonly kubectl: Kubectl;
  readonly user: ConsoleUser;
  readonly clusterId: string;
  readonly image: string;
  /** Where this Margay keeps its data. */
  readonly home: string;
  readonly suffix: string;
  /** A port for the host-network DaemonSet, free by all odds. */
  readonly hostPort: number;
  /** A new install line of the cluster, as kubectl on this machine can fetch it. */
  newLine(): Promise<{ url: string; token: CreateInstallTokenOutput }>;
  /** Says what happened, and at which second of the run. */
  note(line: string): void;
  close(): Promise<void>;
}

/** Brings up all that the test needs: the disposable cluster with the agent's image in it, a Margay that it reaches, an account there. */
export async function openClusterRun(environment: ClusterEnvironment): Promise<ClusterRun> {
  const started = performance.now();
  const note = (line: string) =>
    console.log(`${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const folder = await mkdtemp(join(tmpdir(), 'margay-image-'));
  let margay: RunningMargay | undefined;
  let cluster: Awaited<ReturnType<typeof openDisposableCluster>> | undefined;
  const close = async () => {
    await margay?.stop();
    await cluster?.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const version = '0.1.0';
    const image = `margay/agent:${version}`;
    const starting = startMargay({
      environment: { PORT: String(environment.consolePort), MARGAY_PUBLIC_URL: environment.consoleUrl },
    });
    starting.catch(() => {});
    cluster = await openDisposableCluster(environment.cluster, environment.kubectl, note);
    await makeAgentImage(folder);
    await runShell(environment.image, { env: { ...process.env, IMAGE_DIR: folder, IMAGE_NAME: image } });
    note(`${image} is in the nodes`);
    margay = await starting;
    note('Margay is ready');
    const { kubectl } = cluster;
    await removeLeftovers(kubectl);
    const localUrl = `http://127.0.0.1:${environment.consolePort}`;
    const suffix = randomBytes(3).toString('hex');
    const user = await ConsoleUser.signUp(localUrl, {
      email: `ines-${suffix}@halden.example`,
      org: `halden-${suffix}`,
    });
    note('signed up');
    const { id: clusterId } = await user.mutate<{ id: string }>('cluster.create', { name: `real-${suffix}` });
    const newLine = async () => {
      const token = await user.mutate<CreateInstallTokenOutput>('cluster.createInstallToken', { clusterId });
      return { token, url: token.installUrl.replace(environment.consoleUrl, localUrl) };
    };
    return {
      environment,
      kubectl,
      user,
      clusterId,
      image,
      home: margay.home,
      suffix,
      hostPort: randomInt(20_000, 29_000),
      newLine,
      note,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of a run that was killed. */
async function removeLeftovers(kubectl: Kubectl): Promise<void> {
  const ours = 'app.kubernetes.io/part-of=margay';
  await kubectl.run(['delete', 'namespaces', '-l', `${OURS}=true`]);
  await kubectl.run(['delete', 'namespaces', '-l', ours]);
  await kubectl.run(['delete', 'clusterroles,clusterrolebindings', '-l', ours]);
}
