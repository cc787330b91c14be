import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { startControllers } from './controllers/start-controllers.ts';
import { KubeClient } from './kube/client.ts';
import { ClusterState } from './kube/cluster.ts';
import { type RunningApi, startApi } from './kube/start-api.ts';
import { Kubelet, slots } from './kubelet/kubelet.ts';
import { NodeHelper } from './kubelet/node-helper.ts';
import { renderKubeconfig } from './kubelet/service-account.ts';
import { Lab } from './lab.ts';
import { type LabOptions, labHome, ROOT } from './lab-options.ts';
import { StateFiles } from './machine/files.ts';
import { ownerOf } from './machine/owner.ts';
import type { LabProcess } from './machine/processes.ts';
import {
  cleanLeftovers,
  nodeDirectory,
  registerLab,
  removeNamespaces,
  runtimeDirectory,
  unregisterLab,
} from './machine/registry.ts';
import { ADDRESSES, AddressPool } from './network/addresses.ts';
import { createNodeNetwork, namespaceNames } from './network/node-network.ts';
import { startServiceProxy } from './network/service-proxy.ts';
import { writeNode } from './node-object.ts';
import { startMachine } from './outside-machine.ts';
import { APPS } from './topology/blueprint.ts';
import { topologyManifests } from './topology/manifests.ts';
import { outsideMachines } from './topology/outside.ts';
import { type Plan, planTopology } from './topology/plan.ts';

const READY_TIMEOUT_MS = 60_000;
/** Processes that start at once: more would only make each slower. */
const STARTS_AT_ONCE = 4;

/** Makes the parts of a lab one after the other and remembers how to undo each. */
export class LabBuilder {
  readonly #options: LabOptions;
  readonly #suffix = randomBytes(3).toString('hex');
  readonly #names = namespaceNames(this.#suffix);
  readonly #nodeName = `lab-${this.#suffix}`;
  readonly #undo: (() => Promise<void> | void)[] = [];
  readonly #machines: LabProcess[] = [];
  #stopping = false;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  async build(): Promise<Lab> {
    const plan = planTopology({ apps: this.#options.apps ?? APPS, seed: this.#options.seed });
    const files = await this.#step('leftovers cleaned, state folder', () => this.#makeState());
    const helper = await this.#step('network of node and internet', () => this.#makeNetwork(files));
    const api = await this.#step('Kubernetes API', () => this.#startApi(files, helper));
    const lab = await this.#step('controllers and kubelet', () => this.#startCluster(plan, files, helper, api));
    await this.#step('applications', () => this.#startApplications(lab, files));
    const { connect } = this.#options;
    if (connect !== undefined) await this.#step('agent, enrolled', () => lab.connect(connect));
    // Their clock starts when they come: nothing that they call is missing then, and the agent sees the first run.
    for (const object of topologyManifests(plan).jobs) await lab.client.apply(object);
    files.write(['lab.json'], JSON.stringify(lab.describe(), null, 2));
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

  async #makeState(): Promise<StateFiles> {
    const suffix = this.#suffix;
    const home = this.#options.home ? resolve(this.#options.home) : labHome();
    await cleanLeftovers();
    const stateDirectory = join(home, `lab-${suffix}`);
    registerLab({ suffix, pid: process.pid, stateDirectory, home });
    this.#undo.push(() => unregisterLab(suffix));
    const files = new StateFiles(stateDirectory, ownerOf(join(ROOT, 'package.json')), nodeDirectory(suffix));
    this.#undo.push(() => files.remove());
    for (const folder of ['logs', 'ledger', 'pods']) files.makeDirectory(folder);
    return files;
  }

  async #makeNetwork(files: StateFiles): Promise<NodeHelper> {
    this.#undo.push(() => removeNamespaces(this.#suffix));
    await createNodeNetwork(this.#suffix);
    const helper = await NodeHelper.start(this.#names.node, files, files.touch('ledger', 'node.jsonl'));
    this.#undo.push(() => helper.stop());
    return helper;
  }

  async #startApi(files: StateFiles, helper: NodeHelper): Promise<RunningApi> {
    const socket = join(runtimeDirectory(this.#suffix), 'api.sock');
    const address = ADDRESSES.node.ipv4;
    const port = ADDRESSES.apiPort;
    const assets = this.#options.assets === undefined ? process.env.KUBEBUILDER_ASSETS : this.#options.assets;
    const etcdPorts = { client: 2379, peer: 2380 };
    const relay = () => helper.startRelay('api', { path: socket }, { host: address, port });
    const location = { networkNamespace: this.#names.node, address, port, socket, etcdPorts, relay };
    const api = await startApi(files, location, assets || undefined);
    this.#undo.push(() => api.stop());
    const { certificateAuthority, token } = api.endpoint;
    const server = `https://${address}:${port}`;
    files.write(['kubeconfig'], renderKubeconfig(server, certificateAuthority, token, 'default'), 0o600);
    return api;
  }

  async #startCluster(plan: Plan, files: StateFiles, helper: NodeHelper, api: RunningApi): Promise<Lab> {
    const client = new KubeClient(api.endpoint);
    this.#undo.push(() => client.close());
    await writeNode(client, this.#nodeName);
    const state = new ClusterState(client);
    this.#undo.push(() => state.stop());
    await state.start();
    const controllers = startControllers(state, this.#nodeName, this.#fail);
    this.#undo.push(() => controllers.stop());
    const proxy = startServiceProxy(this.#names.node, state.services, state.endpointSlices, this.#fail);
    this.#undo.push(() => proxy.stop());
    const agentVariables = new Map(Object.entries(this.#options.agentEnvironment ?? {}));
    const parts = { state, files, helper, nodeName: this.#nodeName, namespaces: this.#names };
    const machines = this.#machines;
    const kubelet = new Kubelet({
      ...parts,
      pool: new AddressPool(),
      certificateAuthority: api.endpoint.certificateAuthority,
      agentEntry: resolve(this.#options.agentEntry ?? process.env.MARGAY_LAB_AGENT ?? join(ROOT, 'agent/src/main.ts')),
      agentEnvironment: agentVariables,
      fail: this.#fail,
      startSlot: slots(STARTS_AT_ONCE),
    });
    this.#undo.push(() => kubelet.stop());
    const stop = () => this.tearDown();
    return new Lab({ ...parts, machines, suffix: this.#suffix, plan, api, client, kubelet, agentVariables, stop });
  }

  /** Those that are called first, then those that call: no connection is refused because somebody was not there yet. */
  async #startApplications(lab: Lab, files: StateFiles): Promise<void> {
    const { basis, servers, drivers } = topologyManifests(lab.plan);
    const { signal } = this.#options;
    const startMachines = (isCaller: boolean) => {
      for (const machine of outsideMachines(lab.plan).filter(({ name }) => (name === 'client') === isCaller)) {
        const started = startMachine(files, this.#names.internet, machine);
        this.#machines.push(started);
        this.#undo.push(() => started.stop(1_000));
      }
    };
    startMachines(false);
    for (const object of [...basis, ...servers]) await lab.client.apply(object);
    await lab.waitUntilReady(READY_TIMEOUT_MS, { objects: servers, signal });
    for (const object of drivers) await lab.client.apply(object);
    startMachines(true);
    await lab.waitUntilReady(READY_TIMEOUT_MS, { signal });
  }

  async #step<T>(name: string, run: () => Promise<T>): Promise<T> {
    const { signal, onStep } = this.#options;
    signal?.throwIfAborted();
    const started = Date.now();
    const result = await run();
    signal?.throwIfAborted();
    onStep?.({ name, tookMs: Date.now() - started });
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
