import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AgentSettings, FromAgent, ToAgent } from './agent-protocol.ts';
import { addToLedger, type SumsByEdge } from './sums.ts';
import { trafficOf, type WindowSpec } from './traffic.ts';

export interface FaultAgentOptions extends AgentSettings {
  readonly seed: number;
  /** Where the windows that its disk has are added up. */
  readonly ledger: SumsByEdge;
}

/** One agent in a process of its own, and here the kernel whose windows it reads, and the ledger of what it said. */
export class FaultAgent {
  /** Batch ids with their rows, as the console acknowledged them to this agent. */
  readonly acknowledged = new Map<string, number>();
  /** What the console refused, or what did not reach it: how often by reason. */
  readonly failures = new Map<string, number>();
  readonly faults: string[] = [];
  readonly node: string;
  duplicates = 0;
  windows = 0;
  /** When the latest of the acknowledged requests was sent, by performance.now(). */
  acknowledgedSince = 0;
  readonly #options: FaultAgentOptions;
  readonly #boot = randomUUID();
  /** Requests by number: when they were sent. */
  readonly #inFlight = new Map<number, number>();
  #child: ChildProcess | null = null;
  #window: WindowSpec | null = null;
  #epoch = 0;
  #traffic = true;
  #spooled = Number.POSITIVE_INFINITY;
  #exit: Promise<unknown> = Promise.resolve();

  constructor(options: FaultAgentOptions) {
    this.#options = options;
    this.node = options.node;
  }

  /** Requests that have been sent and not been answered. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  start(): void {
    const { url, node, spoolDirectory, credentialDirectory } = this.#options;
    const settings: AgentSettings = { url, node, spoolDirectory, credentialDirectory };
    const child = fork(join(import.meta.dirname, 'agent-process.ts'), [JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.#child = child;
    this.#spooled = Number.POSITIVE_INFINITY;
    this.#exit = once(child, 'exit');
    child.on('message', (message: FromAgent) => this.#hear(child, message));
  }

  /** Kills it outright and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exit;
    this.#inFlight.clear();
  }

  /** No new windows from now on. */
  endTraffic(): void {
    this.#traffic = false;
  }

  /** Whether every window is on disk and every batch acknowledged. */
  get isDrained(): boolean {
    return !this.#traffic && this.#window === null && this.#spooled === 0;
  }

  #hear(child: ChildProcess, message: FromAgent): void {
    if (message.kind === 'close') {
      const answer: ToAgent = { window: this.#closeWindow() };
      if (child.connected) child.send(answer, () => {});
    } else if (message.kind === 'committed') this.#committed(message.epoch);
    else if (message.kind === 'spool') {
      this.#spooled = message.batches;
      if (message.losses > 0) this.faults.push(`${this.node} counts losses`);
    } else if (message.kind === 'sending') this.#inFlight.set(message.request, performance.now());
    else if (message.kind === 'acknowledged') this.#acknowledged(message);
    else this.#failed(message);
  }

  #closeWindow(): ToAgent['window'] {
    if (!this.#window && !this.#traffic) return null;
    const { seed, node } = this.#options;
    this.#window ??= { seed, node, epoch: this.#epoch++, atMs: Date.now(), rows: 40 };
    return { boot: this.#boot, spec: this.#window };
  }

  #committed(epoch: number): void {
    if (this.#window?.epoch !== epoch) return;
    addToLedger(this.#options.ledger, trafficOf(this.#window).rows);
    this.windows += 1;
    this.#window = null;
  }

  #acknowledged({ request, ack }: Extract<FromAgent, { kind: 'acknowledged' }>): void {
    this.acknowledgedSince = Math.max(this.acknowledgedSince, this.#inFlight.get(request) ?? 0);
    this.#inFlight.delete(request);
    if (ack.duplicate) this.duplicates += 1;
    if (ack.refused.length > 0) this.faults.push(`${ack.id}: refused ${JSON.stringify(ack.refused)}`);
    this.acknowledged.set(ack.id, ack.rows);
  }

  #failed({ request, status, final, reason }: Extract<FromAgent, { kind: 'failed' }>): void {
    this.#inFlight.delete(request);
    // None of these faults is the batch's or the credential's.
    if (final || (status !== null && status < 500 && status !== 429)) this.faults.push(`${this.node}: ${reason}`);
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}
