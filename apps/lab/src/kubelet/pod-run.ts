import { appendFileSync } from 'node:fs';
import { KubeError } from '../kube/client.ts';
import type { Pod } from '../kube/types.ts';
import { ADDRESSES } from '../network/addresses.ts';
import { createPodNetwork, deletePodNetwork, type PodNetwork } from '../network/pod-network.ts';
import { type ContainerHost, ContainerRun } from './container-run.ts';
import type { KubeletContext } from './context.ts';
import { NotYet } from './environment.ts';
import { podStatus } from './pod-status.ts';
import { PodVolumes } from './volumes.ts';

/** One pod on the node: its namespace, its containers, its status, until it ends or is told to. */
export class PodRun implements ContainerHost {
  readonly context: KubeletContext;
  readonly volumes: PodVolumes;
  readonly #containers: ContainerRun[];
  readonly #startedAtMs = Date.now();
  #pod: Pod;
  #network: PodNetwork | undefined;
  #addressIndex: number | undefined;
  #stopping = false;
  #ledgerFile: string | undefined;
  #reporting: Promise<void> = Promise.resolve();
  readonly #running: Promise<void>;

  constructor(context: KubeletContext, pod: Pod) {
    this.context = context;
    this.#pod = pod;
    this.volumes = new PodVolumes(context.state, context.files, pod);
    this.#containers = pod.spec.containers.map((container) => new ContainerRun(this, container));
    this.#running = this.#run();
  }

  get pod(): Pod {
    return this.#pod;
  }

  get network(): PodNetwork | undefined {
    return this.#network;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get pids(): number[] {
    return this.#containers.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** The pod as the API has it now; its Secrets may have changed too. */
  update(pod: Pod): void {
    this.#pod = pod;
    try {
      this.volumes.materialise();
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
    }
    for (const container of this.#containers) if (container.state.kind === 'waiting') container.wake();
  }

  /** Ends processes, network and folders. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { metadata, spec } = this.#pod;
    const graceMs = 1_000 * (metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30);
    await Promise.all(this.#containers.map((container) => container.stop(graceMs)));
    await this.#running;
    await this.#tearDown();
    this.volumes.remove();
  }

  /** The pod's ledger, with its addresses as first lines: not every process binds each. */
  get ledgerFile(): string {
    if (this.#ledgerFile) return this.#ledgerFile;
    const { namespace, name } = this.#pod.metadata;
    const path = this.context.files.touch('ledger', `${namespace}_${name}.jsonl`);
    const start = { timeMs: Date.now(), op: 'start', protocol: 'none', remote: {} };
    for (const address of this.#network ? [this.#network.ipv4, this.#network.ipv6] : [])
      appendFileSync(path, `${JSON.stringify({ ...start, local: { address } })}\n`);
    this.#ledgerFile = path;
    return path;
  }

  logFile(container: string): string {
    const { namespace, name } = this.#pod.metadata;
    return this.context.files.touch('logs', `${namespace}_${name}_${container}.log`);
  }

  /** One after the other, each with what holds then. */
  report(): Promise<void> {
    this.#reporting = this.#reporting.then(async () => {
      if (this.#stopping) return;
      const status = podStatus(this.#pod, this.#addresses(), this.#startedAtMs, this.#containers);
      const { state, fail } = this.context;
      try {
        state.pods.observe(await state.client.patch(this.#pod, { status }, 'status'));
      } catch (error) {
        // Deleted meanwhile: the next event says so.
        if (!(error instanceof KubeError && error.status === 404) && !this.#stopping) fail(error);
      }
    });
    return this.#reporting;
  }

  async #run(): Promise<void> {
    try {
      await this.context.startSlot(async () => {
        if (!this.#stopping && !this.#pod.spec.hostNetwork) await this.#setUpNetwork();
      });
      await Promise.all(this.#containers.map((container) => container.keepRunning()));
      if (this.#stopping) return;
      await this.report();
      await this.#tearDown();
    } catch (error) {
      if (!this.#stopping) this.context.fail(error);
    }
  }

  async #setUpNetwork(): Promise<void> {
    const { pool, namespaces } = this.context;
    const { namespace, name, uid = '' } = this.#pod.metadata;
    this.#addressIndex = pool.take();
    const networkNamespace = `${namespaces.prefix}${namespace}.${name}`.slice(0, 200);
    const interfaceName = `veth${uid.replaceAll('-', '').slice(0, 10)}`;
    this.#network = await createPodNetwork(namespaces.node, networkNamespace, interfaceName, this.#addressIndex);
  }

  async #tearDown(): Promise<void> {
    const network = this.#network;
    const index = this.#addressIndex;
    this.#network = undefined;
    this.#addressIndex = undefined;
    if (network) await deletePodNetwork(this.context.namespaces.node, network);
    if (index !== undefined) this.context.pool.release(index);
  }

  #addresses(): string[] {
    if (this.#network) return [this.#network.ipv4, this.#network.ipv6];
    return this.#pod.spec.hostNetwork ? [ADDRESSES.node.ipv4, ADDRESSES.node.ipv6] : [];
  }
}
