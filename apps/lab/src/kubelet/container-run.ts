import { KubeError } from '../kube/client.ts';
import type { Container, Pod } from '../kube/types.ts';
import { type LabProcess, startProcess } from '../machine/processes.ts';
import { ADDRESSES } from '../network/addresses.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import { agentEnvironment } from './agent-environment.ts';
import { commandOf } from './container-command.ts';
import type { KubeletContext } from './context.ts';
import { containerEnvironment, NotYet } from './environment.ts';
import type { ContainerState } from './pod-status.ts';
import { writeServiceAccount } from './service-account.ts';
import type { PodVolumes } from './volumes.ts';

const RETRY_MS = 500;
const RESTART_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;

/** What a container needs of its pod. */
export interface ContainerHost {
  readonly context: KubeletContext;
  readonly pod: Pod;
  readonly network: PodNetwork | undefined;
  readonly volumes: PodVolumes;
  readonly stopping: boolean;
  readonly ledgerFile: string;
  logFile(container: string): string;
  /** Writes the pod's status. */
  report(): Promise<void>;
}

/** One container: its process, started again as the pod's restart policy says. */
export class ContainerRun {
  readonly container: Container;
  readonly #host: ContainerHost;
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating', message: '' };
  #restarts = 0;
  #process: LabProcess | undefined;
  #wake = () => {};

  constructor(host: ContainerHost, container: Container) {
    this.#host = host;
    this.container = container;
  }

  get state(): ContainerState {
    return this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get pid(): number | undefined {
    return this.#state.kind === 'running' ? this.#process?.pid : undefined;
  }

  /** Resolves when it has ended for good, or the pod is stopping. */
  async keepRunning(): Promise<void> {
    for (;;) {
      const exitCode = await this.#runOnce();
      if (this.#host.stopping || exitCode === undefined) return;
      const { restartPolicy = 'Always' } = this.#host.pod.spec;
      if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && exitCode === 0)) return;
      await this.#host.report();
      await this.#pause(RESTART_MS[Math.min(this.#restarts, RESTART_MS.length - 1)] ?? 10_000);
      if (this.#host.stopping) return;
      this.#restarts++;
    }
  }

  /** Tries again at once what waits: a Secret may have come, or the end. */
  wake(): void {
    this.#wake();
  }

  async stop(graceMs: number): Promise<void> {
    this.#host.context.helper.stopProbe(this.#probeId);
    this.#wake();
    await this.#process?.stop(graceMs);
  }

  /** @returns the exit code; undefined when the pod was stopped before it ran */
  async #runOnce(): Promise<number | undefined> {
    const process = await this.#startWhenPossible();
    if (!process) return undefined;
    // The pod may have been told to stop while this was starting.
    if (this.#host.stopping) await process.stop(0);
    const sinceMs = Date.now();
    await this.#host.report();
    this.#watchReadiness(sinceMs);
    const exitCode = await process.exited;
    this.#host.context.helper.stopProbe(this.#probeId);
    this.#state = { kind: 'terminated', sinceMs, untilMs: Date.now(), exitCode };
    return exitCode;
  }

  async #startWhenPossible(): Promise<LabProcess | undefined> {
    while (!this.#host.stopping) {
      try {
        return await this.#host.context.startSlot(() => this.#start());
      } catch (error) {
        if (!(error instanceof NotYet || error instanceof KubeError)) throw error;
        this.#state = { kind: 'waiting', reason: error.reason, message: error.message };
        await this.#host.report();
        await this.#pause(RETRY_MS);
      }
    }
    return undefined;
  }

  async #start(): Promise<LabProcess> {
    const { context, pod, network, volumes } = this.#host;
    const { container } = this;
    const command = commandOf(pod, container, context.agentEntry);
    if (!command)
      throw new NotYet(
        'ImagePullBackOff',
        `the lab pulls no images (${container.image}); it runs its own programs and Margay's agent`,
      );
    volumes.materialise();
    const mounts = volumes.mountsOf(container);
    const environment = containerEnvironment(context.state, pod, container, mounts);
    const more = command.isAgent
      ? agentEnvironment(context, pod, environment, mounts)
      : { LAB_LEDGER: this.#host.ledgerFile };
    const started = startProcess({
      networkNamespace: network?.networkNamespace ?? context.namespaces.node,
      command: command.argv,
      environment: { ...environment, ...(await this.#accountEnvironment()), ...more },
      directory: context.files.directory,
      logFile: this.#host.logFile(container.name),
      ...(network ? {} : { mountNamespaceOf: context.helper.pid }),
      ...(command.readyLine ? { readyLine: command.readyLine } : {}),
    });
    this.#process = started;
    // Ended before it was up: that is an exit like any other.
    await started.ready.catch(() => {});
    this.#state = { kind: 'running', sinceMs: Date.now(), ready: !container.readinessProbe };
    return started;
  }

  async #accountEnvironment(): Promise<Record<string, string>> {
    const { context, pod } = this.#host;
    if (pod.spec.automountServiceAccountToken === false) return {};
    const account = await writeServiceAccount(context.state, context.files, pod, context.certificateAuthority);
    return { LAB_SERVICE_ACCOUNT_DIR: account.directory, KUBECONFIG: account.kubeconfig };
  }

  #watchReadiness(sinceMs: number): void {
    const { container } = this;
    const { context, network, stopping } = this.#host;
    const probe = container.readinessProbe;
    if (!probe || stopping) return;
    const { httpGet, tcpSocket, periodSeconds = 10 } = probe;
    const asked = (httpGet ?? tcpSocket)?.port;
    const port = typeof asked === 'number' ? asked : container.ports?.find(({ name }) => name === asked)?.containerPort;
    if (port === undefined) return;
    const host = network?.ipv4 ?? ADDRESSES.node.ipv4;
    const kind = httpGet ? 'http' : 'tcp';
    const target = { kind, host, port, path: httpGet?.path ?? '/', periodMs: periodSeconds * 1_000 } as const;
    context.helper.startProbe(this.#probeId, target, (works) => {
      if (this.#state.kind !== 'running' || this.#state.ready === works) return;
      this.#state = { kind: 'running', sinceMs, ready: works };
      void this.#host.report();
    });
  }

  get #probeId(): string {
    return `${this.#host.pod.metadata.uid}/${this.container.name}`;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }
}
