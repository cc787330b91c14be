import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PodHints } from './pod-hints.ts';
import type { PodInterface } from './pod-interfaces.ts';

/** After an event so long is waited for its companions; a CNI makes a link, an address and a route in one go, and a look just then would hold up the hint. */
const SETTLE_MS = 50;
/** A router that flaps must not keep the agent busy. */
const REST_MS = 100;
const START_AGAIN_MS = 5_000;

/**
 * Calls `appeared` as soon as the kernel tells of an interface that looks like a new pod's, and `changed` a little later, when links or routes of
 * this network namespace have changed in any way: a pod that lives for a moment must have its tap before it speaks, and a look at the whole
 * namespace takes longer than a CNI and a process need. Needs `ip` and `setpriv`; without them `blind` is called, and polling has to do. Started again when it ends.
 */
export class NetworkWatch {
  readonly #appeared: (pod: PodInterface) => void;
  readonly #changed: () => Promise<unknown>;
  readonly #blind: (reason: string) => void;
  #monitor: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #again = false;
  #endedAt = 0;
  #told = '';

  constructor(listener: {
    appeared: (pod: PodInterface) => void;
    changed: () => Promise<unknown>;
    blind: (reason: string) => void;
  }) {
    this.#appeared = listener.appeared;
    this.#changed = listener.changed;
    this.#blind = listener.blind;
  }

  start(): void {
    // It must not outlive us, however we end: it would keep the network namespace alive.
    const args = ['--pdeathsig', 'KILL', 'ip', '-o', '-d', 'monitor', 'link', 'route'];
    const monitor = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    monitor.on('error', (error) => this.#lost(monitor, error.message));
    monitor.on('exit', (code) => this.#lost(monitor, `setpriv … ip monitor ended with ${code}`));
    const hints = new PodHints();
    createInterface({ input: monitor.stdout }).on('line', (line) => {
      if (!this.#monitor) return;
      const pod = hints.read(line);
      if (pod) this.#appeared(pod);
      this.#schedule();
    });
    monitor.unref();
    this.#monitor = monitor;
  }

  stop(): void {
    clearTimeout(this.#restart);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#monitor?.stdout?.destroy();
    this.#monitor?.kill('SIGKILL');
    this.#monitor = undefined;
  }

  #lost(monitor: ChildProcess, reason: string): void {
    if (this.#monitor !== monitor) return;
    this.#monitor = undefined;
    if (reason !== this.#told) this.#blind(reason);
    this.#told = reason;
    this.#restart = setTimeout(() => this.start(), START_AGAIN_MS).unref();
  }

  #schedule(): void {
    this.#again = this.#busy;
    if (this.#timer || this.#busy || !this.#monitor) return;
    const restMs = this.#endedAt + REST_MS - performance.now();
    this.#timer = setTimeout(() => void this.#run(), Math.max(SETTLE_MS, restMs));
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#busy = true;
    // Whoever polls meets the same error and says it.
    await this.#changed().catch(() => {});
    this.#busy = false;
    this.#endedAt = performance.now();
    if (this.#again) this.#schedule();
  }
}
