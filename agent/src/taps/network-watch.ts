import { type ChildProcess, spawn } from 'node:child_process';

/** After an event so long is waited for its companions; a CNI makes a link, an address and a route in one go. */
const SETTLE_MS = 20;
/** A router that flaps must not keep the agent busy. */
const REST_MS = 100;

/**
 * Calls `changed` soon after links or routes of this network namespace have changed: a pod that lives for a second must
 * have its tap before it speaks. Needs `ip` and `setpriv`; without them nothing is called, and polling has to do.
 */
export class NetworkWatch {
  readonly #changed: () => Promise<unknown>;
  #monitor: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #again = false;
  #endedAt = 0;

  constructor(changed: () => Promise<unknown>) {
    this.#changed = changed;
  }

  start(): void {
    // It must not outlive us, however we end: it would keep the network namespace alive.
    const args = ['--pdeathsig', 'KILL', 'ip', 'monitor', 'link', 'route'];
    const monitor = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    monitor.on('error', () => {});
    monitor.stdout.on('data', () => this.#schedule());
    monitor.unref();
    this.#monitor = monitor;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#monitor?.stdout?.destroy();
    this.#monitor?.kill('SIGKILL');
    this.#monitor = undefined;
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
