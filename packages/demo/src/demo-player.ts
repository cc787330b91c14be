import { setTimeout as sleep } from 'node:timers/promises';
import { WINDOW_SECONDS } from '@margay/model';
import type { FlowBatch, Heartbeat } from '@margay/wire';
import { DemoAgent, DemoRefused } from './demo-agent.ts';
import type { Recording } from './recording.ts';
import { Windows } from './windows.ts';

const HEARTBEAT_MS = 10_000;
/** A window is sent when it is over and as much later: as an agent would. */
const LAG_MS = 300;
const BACKOFF_MS = 2_000;
const UNAUTHENTICATED = 401;

export interface DemoPlayerOptions {
  readonly recording: Recording;
  /** Where ingest is. */
  readonly origin: string;
  readonly clusterId: string;
  /** A fresh install token of the cluster; asked for at the start, and again when the credential is refused. */
  readonly installToken: () => Promise<string>;
  /** Epoch milliseconds from which on time is filled; what is past is sent as fast as ingest takes it. */
  readonly fromMs: number;
  readonly version: string;
  readonly onTrouble: (error: unknown) => void;
  readonly now?: () => number;
}

/** Plays a recorded cluster as if it ran now, for as long as it is let. */
export class DemoPlayer {
  readonly #options: DemoPlayerOptions;
  readonly #windows: Windows;
  readonly #now: () => number;
  #agent: DemoAgent | null = null;
  #nextSeconds: number;
  #beatMs = 0;
  #definitionsDue = true;

  constructor(options: DemoPlayerOptions) {
    this.#options = options;
    this.#windows = new Windows(options.recording);
    this.#now = options.now ?? Date.now;
    this.#nextSeconds = Math.ceil(options.fromMs / 1_000 / WINDOW_SECONDS) * WINDOW_SECONDS;
  }

  /** Resolves when `signal` aborts. Whatever goes wrong is told and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#step(signal).catch((error: unknown) => this.#trouble(error));
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Sends what is due. @returns milliseconds until more is. */
  async #step(signal: AbortSignal): Promise<number> {
    this.#agent ??= await this.#enroll();
    const agent = this.#agent;
    while (!signal.aborted) {
      if (this.#now() - this.#beatMs >= HEARTBEAT_MS) await this.#beat(agent);
      const dueMs = (this.#nextSeconds + WINDOW_SECONDS) * 1_000 + LAG_MS;
      if (this.#now() < dueMs) return Math.min(dueMs - this.#now(), HEARTBEAT_MS);
      for (const batch of this.#windows.at(this.#nextSeconds, this.#options.clusterId, this.#now()))
        await this.#send(agent, batch);
      this.#nextSeconds += WINDOW_SECONDS;
    }
    return 0;
  }

  async #enroll(): Promise<DemoAgent> {
    const { recording, origin, clusterId, version, installToken } = this.#options;
    const agent = new DemoAgent(origin, await installToken());
    const { inventory } = recording;
    await agent.enroll({
      clusterUid: `demo-${clusterId}`,
      kubernetesVersion: inventory.kubernetesVersion,
      agentVersion: version,
      nodes: inventory.inventory.nodes.length,
    });
    await agent.inventory({ ...inventory, agentVersion: version, sentAtMs: this.#now() });
    this.#beatMs = 0;
    this.#definitionsDue = true;
    return agent;
  }

  async #send(agent: DemoAgent, batch: FlowBatch): Promise<void> {
    const peers = this.#definitionsDue ? this.#options.recording.peers : [];
    const ack = await agent.flows({ ...batch, head: { ...batch.head, peers } });
    this.#definitionsDue = ack.unknownPeers.length > 0;
  }

  async #beat(agent: DemoAgent): Promise<void> {
    const { recording, version } = this.#options;
    const beat: Omit<Heartbeat, 'role' | 'node'> = {
      bootId: 'demo',
      agentVersion: version,
      kernel: 'recorded',
      sentAtMs: this.#now(),
      dataplane: 'demo',
      taps: [],
      spool: { bytes: 0, batches: 0 },
      rssBytes: 0,
      cpuSeconds: 0,
    };
    for (const role of ['cluster', 'node'] as const) await agent.heartbeat({ ...beat, role, node: recording.node });
    this.#beatMs = this.#now();
  }

  #trouble(error: unknown): number {
    this.#options.onTrouble(error);
    if (!(error instanceof DemoRefused)) return BACKOFF_MS;
    if (error.status === UNAUTHENTICATED) this.#agent = null;
    return error.retryAfterMs ?? BACKOFF_MS;
  }
}
