import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MargayError } from '@margay/model';
import { startCronJobs } from './controllers/cron-jobs.ts';
import { startEndpointSlices } from './controllers/endpoint-slices.ts';
import { startGarbageCollector } from './controllers/garbage.ts';
import type { Loop } from './controllers/loop.ts';
import { startReplicas } from './controllers/replicas.ts';
import { startServiceAccounts } from './controllers/service-accounts.ts';
import { KubeClient } from './kube/client.ts';
import { ClusterState } from './kube/cluster.ts';
import { type RunningApi, startApi } from './kube/start-api.ts';
import { Kubelet, slots } from './kubelet/kubelet.ts';
import { NodeHelper, PROGRAMS, SMALL_NODE_FLAGS } from './kubelet/node-helper.ts';
import { renderKubeconfig } from './kubelet/service-account.ts';
import { Lab } from './lab.ts';
import { StateFiles } from './machine/files.ts';
import { ownerOf } from './machine/owner.ts';
import { type LabProcess, startProcess } from './machine/processes.ts';
import { cleanLeftovers, registerLab, removeNamespaces, runtimeDirectory, unregisterLab } from './machine/registry.ts';
import { ADDRESSES, AddressPool } from './network/addresses.ts';
import { createNodeNetwork, namespaceNames } from './network/node-network.ts';
import { startServiceProxy } from './network/service-proxy.ts';
import { writeNode } from './node-object.ts';
import { APPS, type AppName } from './topology/blueprint.ts';
import { topologyManifests } from './topology/manifests.ts';
import { outsideMachines } from './topology/outside.ts';
import { planTopology } from './topology/plan.ts';

const READY_TIMEOUT_MS = 60_000;
const ROOT = resolve(import.meta.dirname, '../../..');

export interface LabOptions {
  readonly apps?: readonly AppName[];
  /** Install address of a console (`<origin>/install/<token>`): the agent runs before the short-lived jobs do. */
  readonly connect?: string;
  /** Renames app namespaces, workloads, labels and ports. */
  readonly seed?: number;
  /** Folder above `lab-<suffix>`; default MARGAY_HOME or `.margay` in the repository. */
  readonly home?: string;
  /** Folder of kube-apiserver and etcd; default KUBEBUILDER_ASSETS; null: the built-in API. */
  readonly assets?: string | null;
  /** Script that runs for the agent's image; default MARGAY_LAB_AGENT or `agent/src/main.ts`. */
  readonly agentEntry?: string;
  /** Variables for the agent on top of those of its manifest. */
  readonly agentEnvironment?: Readonly<Record<string, string>>;
  /** Gives up starting when it fires; what was made until then is removed. */
  readonly signal?: AbortSignal;
  readonly onStep?: (step: LabStep) => void;
  /** Faults that the lab lives through (a retry follows); default: printed on standard error. */
  readonly onFault?: (error: unknown) => void;
}

/** Folder above the labs' state folders: MARGAY_HOME, or `.margay` in the repository. */
export function labHome(): string {
  return resolve(process.env.MARGAY_HOME || join(ROOT, '.margay'));
}

export interface LabStep {
  readonly name: string;
  readonly tookMs: number;
}

/**
 * Starts a cluster of network namespaces: node, internet, Kubernetes API, controllers, kubelet, DNS, applications; resolves when every pod is ready.
 * Call from a process's main thread: the kernel ends the lab's processes with the thread that started them.
 *
 * @throws MargayError FORBIDDEN without root, UNAVAILABLE when a part does not start; nothing stays behind then.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new MargayError('FORBIDDEN', 'The lab makes network namespaces: it needs Linux and root. Run it with sudo.');
  const builder = new LabBuilder(options);
  try {
    return await builder.build();
  } catch (error) {
    await builder.tearDown();
    throw error;
  }
}

/** Makes the parts one after the other and remembers how to undo each. */
class LabBuilder {
  readonly #options: LabOptions;
  readonly #suffix = randomBytes(3).toString('hex');
  readonly #undo: (() => Promise<void> | void)[] = [];
  #stopping = false;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  async build(): Promise<Lab> {
    const suffix = this.#suffix;
    const home = this.#options.home ? resolve(this.#options.home) : labHome();
    const names = namespaceNames(suffix);
    const plan = planTopology({ apps: this.#options.apps ?? APPS, seed: this.#options.seed });

    const owner = ownerOf(join(ROOT, 'package.json'));
    const files = await this.#step('leftovers cleaned, state folder', async () => {
      await cleanLeftovers();
      const stateDirectory = join(home, `lab-${suffix}`);
      registerLab({ suffix, pid: process.pid, stateDirectory, home });
      this.#undo.push(() => unregisterLab(suffix));
      const made = new StateFiles(stateDirectory, owner);
      this.#undo.push(() => made.remove());
      for (const folder of ['logs', 'ledger', 'pods']) made.makeDirectory(folder);
      return made;
    });
    await this.#step('network of node and internet', async () => {
      this.#undo.push(() => removeNamespaces(suffix));
      await createNodeNetwork(suffix);
    });
    const helper = await this.#startHelper(files, names.node);
    const api = await this.#step('Kubernetes API', () => this.#startApi(files, names.node, helper));
    const client = new KubeClient(api.endpoint);
    this.#undo.push(() => client.close());
    const nodeName = `lab-${suffix}`;
    const agentVariables = new Map(Object.entries(this.#options.agentEnvironment ?? {}));
    const state = await this.#step('controllers', () => this.#startControllers(client, nodeName, names.node));
    const kubelet = new Kubelet({
      state,
      files,
      helper,
      nodeName,
      pool: new AddressPool(),
      namespaces: names,
      certificateAuthority: api.endpoint.certificateAuthority,
      agentEntry: resolve(this.#options.agentEntry ?? process.env.MARGAY_LAB_AGENT ?? join(ROOT, 'agent/src/main.ts')),
      agentEnvironment: agentVariables,
      fail: this.#fail,
      startSlot: slots(4),
    });
    this.#undo.push(() => kubelet.stop());
    const lab = new Lab({
      owner,
      agentVariables,
      suffix,
      nodeName,
      namespaces: names,
      files,
      plan,
      api,
      client,
      state,
      kubelet,
      helper,
      stop: () => this.tearDown(),
    });
    await this.#step('applications', () => this.#startApplications(lab, files, names.internet));
    const { connect } = this.#options;
    if (connect !== undefined) await this.#step('agent, enrolled', () => lab.connect(connect));
    // Their clock starts when they come: nothing that they call is missing then, and the agent sees the first run.
    for (const object of topologyManifests(plan).jobs) await client.apply(object);
    files.write(['lab.json'], JSON.stringify(lab.describe(), null, 2));
    const server = `https://${ADDRESSES.node.ipv4}:${ADDRESSES.apiPort}`;
    const { certificateAuthority, token } = api.endpoint;
    files.write(['kubeconfig'], renderKubeconfig(server, certificateAuthority, token, 'default'), 0o600);
    return lab;
  }

  /** Undoes in reverse; goes on when one part cannot be undone. */
  async tearDown(): Promise<void> {
    this.#stopping = true;
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        this.#report(error);
      }
    }
  }

  async #startHelper(files: StateFiles, node: string): Promise<NodeHelper> {
    const helper = await NodeHelper.start(node, files, this.#ledgerFile(files, 'node'));
    this.#undo.push(() => helper.stop());
    return helper;
  }

  async #startApi(files: StateFiles, node: string, helper: NodeHelper): Promise<RunningApi> {
    const socket = join(runtimeDirectory(this.#suffix), 'api.sock');
    const { ipv4 } = ADDRESSES.node;
    const assets = this.#options.assets === undefined ? process.env.KUBEBUILDER_ASSETS : this.#options.assets;
    const api = await startApi(
      files,
      {
        networkNamespace: node,
        address: ipv4,
        port: ADDRESSES.apiPort,
        socket,
        etcdPorts: { client: 2379, peer: 2380 },
        relay: () => helper.startRelay('api', { path: socket }, { host: ipv4, port: ADDRESSES.apiPort }),
      },
      assets || undefined,
    );
    this.#undo.push(() => api.stop());
    return api;
  }

  async #startControllers(client: KubeClient, nodeName: string, node: string): Promise<ClusterState> {
    await writeNode(client, nodeName);
    const state = new ClusterState(client);
    this.#undo.push(() => state.stop());
    await state.start();
    const loops: Loop[] = [
      startServiceAccounts(state, this.#fail),
      startReplicas(state, nodeName, this.#fail),
      startCronJobs(state, nodeName, this.#fail),
      startEndpointSlices(state, this.#fail),
      startGarbageCollector(state, this.#fail),
      startServiceProxy(node, state.services, state.endpointSlices, this.#fail),
    ];
    this.#undo.push(async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    });
    for (const loop of loops) loop.trigger();
    return state;
  }

  /** Those that are called first, then those that call: no connection is refused because somebody was not there yet. */
  async #startApplications(lab: Lab, files: StateFiles, internet: string): Promise<void> {
    const { basis, servers, drivers } = topologyManifests(lab.plan);
    const machines = outsideMachines(lab.plan);
    for (const machine of machines.filter(({ name }) => name !== 'client'))
      this.#startMachine(files, internet, machine);
    for (const object of [...basis, ...servers]) await lab.client.apply(object);
    await lab.waitUntilReady(READY_TIMEOUT_MS, { objects: servers, signal: this.#options.signal });
    for (const object of drivers) await lab.client.apply(object);
    for (const machine of machines.filter(({ name }) => name === 'client'))
      this.#startMachine(files, internet, machine);
    await lab.waitUntilReady(READY_TIMEOUT_MS, { signal: this.#options.signal });
  }

  #startMachine(
    files: StateFiles,
    internet: string,
    machine: { name: string; program: string; config: unknown },
  ): LabProcess {
    const started = startProcess({
      networkNamespace: internet,
      command: [process.execPath, ...SMALL_NODE_FLAGS, join(PROGRAMS, `${machine.program}.mjs`)],
      environment: {
        PATH: process.env.PATH ?? '',
        LAB_CONFIG: JSON.stringify(machine.config),
        LAB_LEDGER: this.#ledgerFile(files, `internet_${machine.name}`),
      },
      directory: files.directory,
      logFile: files.path('logs', `internet_${machine.name}.log`),
    });
    this.#undo.push(() => started.stop(1_000));
    return started;
  }

  #ledgerFile(files: StateFiles, name: string): string {
    const path = files.path('ledger', `${name}.jsonl`);
    closeSync(openSync(path, 'a', 0o644));
    files.own(path);
    return path;
  }

  async #step<T>(name: string, run: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const started = Date.now();
    const result = await run();
    signal?.throwIfAborted();
    this.#options.onStep?.({ name, tookMs: Date.now() - started });
    return result;
  }

  readonly #fail = (error: unknown): void => {
    if (!this.#stopping) this.#report(error);
  };

  #report(error: unknown): void {
    if (this.#options.onFault) this.#options.onFault(error);
    else console.error(error instanceof Error ? error.message : error);
  }
}
