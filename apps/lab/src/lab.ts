import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { applyAgent, buildAgentPrograms } from './connect/connect-agent.ts';
import { startConsoleRelay } from './connect/console-relay.ts';
import { parseInstallUrl } from './connect/install-url.ts';
import { fetchManifest } from './connect/manifest.ts';
import type { KubeClient } from './kube/client.ts';
import type { ClusterState } from './kube/cluster.ts';
import { type KubeObject, keyOf } from './kube/objects.ts';
import type { RunningApi } from './kube/start-api.ts';
import { isFinished, isReady, type Pod } from './kube/types.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import type { NodeHelper } from './kubelet/node-helper.ts';
import { type LedgerEntry, readLedger } from './ledger.ts';
import type { StateFiles } from './machine/files.ts';
import type { LabProcess } from './machine/processes.ts';
import { runtimeDirectory } from './machine/registry.ts';
import { runCommand } from './machine/run-command.ts';
import { ADDRESSES } from './network/addresses.ts';
import { type ExpectedEdge, expectedEdges } from './topology/edges.ts';
import { LAB_IMAGE } from './topology/manifests.ts';
import { type ObservedEdge, observedEdges } from './topology/observed-edges.ts';
import type { Plan } from './topology/plan.ts';

export interface LabParts {
  readonly suffix: string;
  readonly nodeName: string;
  readonly namespaces: { readonly node: string; readonly internet: string; readonly prefix: string };
  readonly files: StateFiles;
  readonly plan: Plan;
  readonly api: RunningApi;
  readonly client: KubeClient;
  readonly state: ClusterState;
  readonly kubelet: Kubelet;
  readonly helper: NodeHelper;
  /** Machines of the internet, as far as they are started. */
  readonly machines: readonly LabProcess[];
  /** What the agent gets on top of its manifest; read when it starts. */
  readonly agentVariables: Map<string, string>;
  readonly stop: () => Promise<void>;
}

/** A pod that runs now. */
export interface LabPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** IPv4 first; of a host-network pod those of the node. */
  readonly addresses: readonly string[];
  readonly hostNetwork: boolean;
  readonly networkNamespace: string;
  /** Host side of its veth, inside the node's namespace; null on the host network. */
  readonly interface: string | null;
  readonly pids: readonly number[];
}

/** A running lab. */
export class Lab {
  readonly #parts: LabParts;
  #stopped: Promise<void> | undefined;
  #endRelay: (() => void) | undefined;

  constructor(parts: LabParts) {
    this.#parts = parts;
  }

  get suffix(): string {
    return this.#parts.suffix;
  }

  get stateDirectory(): string {
    return this.#parts.files.directory;
  }

  /** The network namespace that is the node. */
  get nodeNamespace(): string {
    return this.#parts.namespaces.node;
  }

  get internetNamespace(): string {
    return this.#parts.namespaces.internet;
  }

  get nodeName(): string {
    return this.#parts.nodeName;
  }

  get nodeAddresses(): { readonly ipv4: string; readonly ipv6: string } {
    return ADDRESSES.node;
  }

  get apiKind(): RunningApi['kind'] {
    return this.#parts.api.kind;
  }

  /** The lab's own client, with every right. */
  get client(): KubeClient {
    return this.#parts.client;
  }

  get plan(): Plan {
    return this.#parts.plan;
  }

  /** Role (`boutique/frontend`) → what it is called in this lab. */
  get names(): Plan['names'] {
    return this.#parts.plan.names;
  }

  pods(): LabPod[] {
    return this.#parts.kubelet.runs().map(({ pod, network, pids }) => ({
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name,
      uid: pod.metadata.uid ?? '',
      labels: pod.metadata.labels ?? {},
      addresses: network ? [network.ipv4, network.ipv6] : pod.spec.hostNetwork ? Object.values(ADDRESSES.node) : [],
      hostNetwork: pod.spec.hostNetwork ?? false,
      networkNamespace: network?.networkNamespace ?? this.nodeNamespace,
      interface: network?.interface ?? null,
      pids,
    }));
  }

  /** Resolves, with what happened, when a part without which the lab is none has ended by itself. */
  get broken(): Promise<string> {
    const { api, helper } = this.#parts;
    return Promise.race([api.ended, helper.exited.then((code) => `the node's helper ended with ${code}`)]);
  }

  /** Names, addresses, edges: what `lab.json` holds. */
  describe(): Record<string, unknown> {
    const { suffix, nodeName, nodeNamespace, internetNamespace, stateDirectory, apiKind, names } = this;
    const { seed = null, apps, dnsPort } = this.plan;
    const pods = this.pods();
    const expected = this.expectedEdges();
    return {
      suffix,
      seed,
      apps,
      nodeName,
      nodeNamespace,
      internetNamespace,
      nodeAddresses: ADDRESSES.node,
      stateDirectory,
      api: apiKind,
      dnsPort,
      names,
      pods,
      expectedEdges: expected,
    };
  }

  /** Every edge that the running topology makes, and no other. */
  expectedEdges(): ExpectedEdge[] {
    return expectedEdges(this.#parts.plan, this.nodeName);
  }

  /** The edges that happened so far by what the processes wrote, with counts. */
  observedEdges(): ObservedEdge[] {
    return observedEdges(this.ledger(), this.#parts.plan, this.nodeName);
  }

  /** What every process wrote of its sockets, by time. */
  ledger(): LedgerEntry[] {
    return readLedger(this.#parts.files.path('ledger'));
  }

  /** Runs a command inside a network namespace, the node's by default. @returns its standard output */
  run(command: readonly string[], networkNamespace = this.nodeNamespace): Promise<string> {
    return runCommand('nsenter', [`--net=/run/netns/${networkNamespace}`, '--', ...command]);
  }

  /**
   * For who measures: for 2.5 s no program of the lab begins anything by itself (calls, probes, jobs under way); what is under way ends. Windows
   * can then be cut where no packet is.
   */
  holdTraffic(): void {
    const { kubelet, helper, machines } = this.#parts;
    const isOurs = (pod: Pod) => pod.spec.containers.every(({ image }) => image === LAB_IMAGE);
    const pods = kubelet.runs().filter(({ pod }) => isOurs(pod));
    const pids = [...pods.flatMap((run) => run.pids), helper.pid, ...machines.map(({ pid }) => pid)];
    for (const pid of pids) signalIfAlive(pid);
  }

  /** Resolves when every workload (or every one of `objects`) has the pods it wants and each is ready. @throws MargayError UNAVAILABLE naming those that are not when time is up */
  async waitUntilReady(
    timeoutMs: number,
    options: { readonly objects?: readonly KubeObject[]; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const wanted = options.objects?.map(keyOf);
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      options.signal?.throwIfAborted();
      const waiting = this.#notReady().filter((key) => wanted?.includes(key) ?? true);
      if (waiting.length === 0) return;
      if (Date.now() > deadline)
        throw new MargayError(
          'UNAVAILABLE',
          `These did not become ready: ${waiting.join(', ')}. Logs: ${this.#parts.files.path('logs')}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /**
   * Connects the lab to a console: fetches the manifest behind the install address, applies it, and runs the agent that it describes, with the console's
   * origin reachable from the node under the same URL. Resolves when the agent has enrolled.
   *
   * @throws MargayError VALIDATION, NOT_FOUND, UNAVAILABLE: what is wrong with the address, the console or this machine.
   */
  async connect(installUrl: string): Promise<void> {
    const { files, client, state, helper, namespaces, suffix } = this.#parts;
    const url = parseInstallUrl(installUrl);
    const objects = await fetchManifest(url);
    this.#parts.agentVariables.set('MARGAY_BPF_DIR', buildAgentPrograms(files.owner));
    this.#endRelay?.();
    this.#endRelay = await startConsoleRelay(url, helper, {
      node: namespaces.node,
      socket: join(runtimeDirectory(suffix), 'console.sock'),
      hostsFile: files.path('node', 'hosts'),
    });
    await applyAgent(client, state, objects, files.path('logs'));
  }

  /** Ends every process and removes everything that the lab made. */
  stop(): Promise<void> {
    // The agent sends what it has last; the way to the console goes after it.
    this.#stopped ??= this.#parts.stop().then(() => this.#endRelay?.());
    return this.#stopped;
  }

  #notReady(): string[] {
    const { state, plan } = this.#parts;
    return plan.workloads
      .filter((workload) => workload.kind !== 'CronJob')
      .filter((workload) => {
        const labels = Object.entries(workload.labels);
        const ready = state.pods
          .all()
          .filter(
            (pod) =>
              pod.metadata.namespace === workload.namespace &&
              labels.every(([key, value]) => pod.metadata.labels?.[key] === value) &&
              !isFinished(pod) &&
              isReady(pod),
          );
        return ready.length < workload.replicas;
      })
      .map(({ namespace, name }) => `${namespace}/${name}`);
  }
}

function signalIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR2');
  } catch {
    // Gone already.
  }
}
