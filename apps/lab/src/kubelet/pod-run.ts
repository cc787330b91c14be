import { appendFileSync, closeSync, openSync } from 'node:fs';
import { KubeError } from '../kube/client.ts';
import type { Container, Pod } from '../kube/types.ts';
import { type LabProcess, startProcess } from '../machine/processes.ts';
import { ADDRESSES } from '../network/addresses.ts';
import { createPodNetwork, deletePodNetwork, type PodNetwork } from '../network/pod-network.ts';
import { commandOf } from './container-command.ts';
import { containerEnvironment, type Mounts, NotYet } from './environment.ts';
import type { KubeletContext } from './kubelet.ts';
import { type ContainerState, podStatus } from './pod-status.ts';
import { writeServiceAccount } from './service-account.ts';
import { PodVolumes } from './volumes.ts';

const RETRY_MS = 500;
const RESTART_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;

interface ContainerRun {
  readonly container: Container;
  state: ContainerState;
  restarts: number;
  process?: LabProcess;
}

/** One pod on the node: its namespace, its processes, its status, until it ends or is told to. */
export class PodRun {
  readonly #context: KubeletContext;
  readonly #volumes: PodVolumes;
  readonly #containers: ContainerRun[];
  readonly #startedAtMs = Date.now();
  #pod: Pod;
  #network: PodNetwork | undefined;
  #addressIndex: number | undefined;
  #stopping = false;
  #wake = () => {};
  #reporting: Promise<void> = Promise.resolve();
  readonly #running: Promise<void>;

  constructor(context: KubeletContext, pod: Pod) {
    this.#context = context;
    this.#pod = pod;
    this.#volumes = new PodVolumes(context.state, context.files, pod);
    this.#containers = pod.spec.containers.map((container) => ({
      container,
      restarts: 0,
      state: { kind: 'waiting', reason: 'ContainerCreating', message: '' },
    }));
    this.#running = this.#run();
  }

  get pod(): Pod {
    return this.#pod;
  }

  get network(): PodNetwork | undefined {
    return this.#network;
  }

  get pids(): number[] {
    return this.#containers.flatMap(({ process, state }) => (process && state.kind === 'running' ? [process.pid] : []));
  }

  /** The pod as the API has it now; its Secrets may have changed too. */
  update(pod: Pod): void {
    this.#pod = pod;
    try {
      this.#volumes.materialise();
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
    }
    this.#wake();
  }

  /** Ends processes, network and folders. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    const graceMs =
      1_000 * (this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    for (const { container } of this.#containers) this.#context.helper.stopProbe(this.#probeId(container));
    await Promise.all(this.#containers.map(({ process }) => process?.stop(graceMs)));
    await this.#running;
    await this.#tearDown();
    this.#volumes.remove();
  }

  async #run(): Promise<void> {
    try {
      await this.#context.startSlot(async () => {
        if (!this.#stopping && !this.#pod.spec.hostNetwork) await this.#setUpNetwork();
      });
      await Promise.all(this.#containers.map((run) => this.#keepRunning(run)));
      if (!this.#stopping) await this.#finish();
    } catch (error) {
      if (!this.#stopping) this.#context.fail(error);
    }
  }

  async #setUpNetwork(): Promise<void> {
    const { pool, namespaces } = this.#context;
    const { namespace, name, uid = '' } = this.#pod.metadata;
    this.#addressIndex = pool.take();
    const networkNamespace = `${namespaces.prefix}${namespace}.${name}`.slice(0, 200);
    const interfaceName = `veth${uid.replaceAll('-', '').slice(0, 10)}`;
    this.#network = await createPodNetwork(namespaces.node, networkNamespace, interfaceName, this.#addressIndex);
  }

  async #keepRunning(run: ContainerRun): Promise<void> {
    for (;;) {
      const exitCode = await this.#runOnce(run);
      if (this.#stopping || exitCode === undefined) return;
      const { restartPolicy = 'Always' } = this.#pod.spec;
      if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && exitCode === 0)) return;
      await this.#report();
      await this.#pause(RESTART_MS[Math.min(run.restarts, RESTART_MS.length - 1)] ?? 10_000);
      if (this.#stopping) return;
      run.restarts++;
    }
  }

  /** Starts the container and waits for its end. @returns its exit code; undefined when the pod was stopped before it ran */
  async #runOnce(run: ContainerRun): Promise<number | undefined> {
    let process: LabProcess | undefined;
    while (!process) {
      if (this.#stopping) return undefined;
      try {
        process = await this.#context.startSlot(() => this.#start(run));
      } catch (error) {
        if (!(error instanceof NotYet || error instanceof KubeError)) throw error;
        run.state = { kind: 'waiting', reason: error.reason, message: error.message };
        await this.#report();
        await this.#pause(RETRY_MS);
      }
    }
    const sinceMs = Date.now();
    await this.#report();
    this.#watchReadiness(run, sinceMs);
    const exitCode = await process.exited;
    this.#context.helper.stopProbe(this.#probeId(run.container));
    run.state = { kind: 'terminated', sinceMs, untilMs: Date.now(), exitCode };
    return exitCode;
  }

  async #start(run: ContainerRun): Promise<LabProcess> {
    const { container } = run;
    const { files, helper, namespaces, agentEntry } = this.#context;
    const command = commandOf(this.#pod, container, agentEntry);
    if (!command)
      throw new NotYet(
        'ImagePullBackOff',
        `the lab pulls no images (${container.image}); it runs its own programs and Margay's agent`,
      );
    this.#volumes.materialise();
    const mounts = this.#volumes.mountsOf(container);
    const environment = {
      ...containerEnvironment(this.#context.state, this.#pod, container, mounts),
      ...(await this.#accountEnvironment()),
    };
    const { namespace, name } = this.#pod.metadata;
    const logFile = this.#openLog(`${namespace}_${name}_${container.name}.log`);
    const process = startProcess({
      networkNamespace: this.#network?.networkNamespace ?? namespaces.node,
      command: command.argv,
      environment: {
        ...environment,
        ...(command.isAgent ? this.#agentEnvironment(environment, mounts) : { LAB_LEDGER: this.#ledgerFile() }),
      },
      directory: files.directory,
      logFile,
      ...(this.#network ? {} : { mountNamespaceOf: helper.pid }),
      ...(command.readyLine ? { readyLine: command.readyLine } : {}),
    });
    run.process = process;
    // Ended before it was up: that is an exit like any other.
    await process.ready.catch(() => {});
    run.state = { kind: 'running', sinceMs: Date.now(), ready: !container.readinessProbe };
    return process;
  }

  async #accountEnvironment(): Promise<Record<string, string>> {
    if (this.#pod.spec.automountServiceAccountToken === false) return {};
    const { state, files, certificateAuthority } = this.#context;
    const { directory, kubeconfig } = await writeServiceAccount(state, files, this.#pod, certificateAuthority);
    return { LAB_SERVICE_ACCOUNT_DIR: directory, KUBECONFIG: kubeconfig };
  }

  /** Folders that the image would have and this machine must not. */
  #agentEnvironment(environment: Readonly<Record<string, string>>, mounts: Mounts): Record<string, string> {
    const credential = this.#pod.spec.volumes?.find(
      (volume) => volume.secret?.secretName === 'margay-agent-credential',
    );
    const mount = this.#containers
      .flatMap(({ container }) => container.volumeMounts ?? [])
      .find(({ name }) => name === credential?.name);
    const directory = mount ? mounts.get(mount.mountPath) : undefined;
    return {
      ...(environment.MARGAY_CREDENTIAL_DIR || !directory ? {} : { MARGAY_CREDENTIAL_DIR: directory }),
      ...(environment.MARGAY_STATE_DIR && environment.MARGAY_STATE_DIR !== '/var/lib/margay'
        ? {}
        : { MARGAY_STATE_DIR: this.#context.files.makeDirectory('host', 'var', 'lib', 'margay') }),
      ...Object.fromEntries(this.#context.agentEnvironment),
    };
  }

  #watchReadiness(run: ContainerRun, sinceMs: number): void {
    const { container } = run;
    const probe = container.readinessProbe;
    if (!probe) return;
    const { httpGet, tcpSocket, periodSeconds = 10 } = probe;
    const asked = (httpGet ?? tcpSocket)?.port;
    const port = typeof asked === 'number' ? asked : container.ports?.find(({ name }) => name === asked)?.containerPort;
    if (port === undefined) return;
    const host = this.#network?.ipv4 ?? ADDRESSES.node.ipv4;
    const kind = httpGet ? 'http' : 'tcp';
    const target = { kind, host, port, path: httpGet?.path ?? '/', periodMs: periodSeconds * 1_000 } as const;
    this.#context.helper.startProbe(this.#probeId(container), target, (works) => {
      if (run.state.kind !== 'running' || run.state.ready === works) return;
      run.state = { kind: 'running', sinceMs, ready: works };
      void this.#report();
    });
  }

  async #finish(): Promise<void> {
    await this.#report();
    await this.#tearDown();
  }

  async #tearDown(): Promise<void> {
    const network = this.#network;
    const index = this.#addressIndex;
    this.#network = undefined;
    this.#addressIndex = undefined;
    if (network) await deletePodNetwork(this.#context.namespaces.node, network);
    if (index !== undefined) this.#context.pool.release(index);
  }

  /** Writes the status; one after the other, each the newest. */
  #report(): Promise<void> {
    this.#reporting = this.#reporting.then(async () => {
      if (this.#stopping) return;
      const { network } = this;
      const addresses = network
        ? [network.ipv4, network.ipv6]
        : this.#pod.spec.hostNetwork
          ? [ADDRESSES.node.ipv4, ADDRESSES.node.ipv6]
          : [];
      const status = podStatus(this.#pod, addresses, this.#startedAtMs, this.#containers);
      try {
        this.#context.state.pods.observe(await this.#context.state.client.patch(this.#pod, { status }, 'status'));
      } catch (error) {
        if (!(error instanceof KubeError && error.status === 404) && !this.#stopping) this.#context.fail(error);
      }
    });
    return this.#reporting;
  }

  /** The pod's ledger, with its addresses as first lines: not every process binds each. */
  #ledgerFile(): string {
    const { namespace, name } = this.#pod.metadata;
    const path = this.#openOwned('ledger', `${namespace}_${name}.jsonl`);
    for (const address of this.#network ? [this.#network.ipv4, this.#network.ipv6] : [])
      appendFileSync(
        path,
        `${JSON.stringify({ timeMs: Date.now(), op: 'start', protocol: 'none', local: { address }, remote: {} })}\n`,
      );
    return path;
  }

  #openLog(name: string): string {
    return this.#openOwned('logs', name);
  }

  /** Made before the process writes to it, so that it belongs to the clone's owner. */
  #openOwned(folder: string, name: string): string {
    const path = this.#context.files.path(folder, name);
    closeSync(openSync(path, 'a', 0o644));
    this.#context.files.own(path);
    return path;
  }

  #probeId(container: Container): string {
    return `${this.#pod.metadata.uid}/${container.name}`;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }
}
