import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StateFiles } from '../machine/files.ts';
import { type LabProcess, startProcess } from '../machine/processes.ts';
import { ADDRESSES } from '../network/addresses.ts';

export const PROGRAMS = join(import.meta.dirname, '../programs');

/** Each program of the lab is small, and dozens run at once. */
export const SMALL_NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=32'] as const;

/** Where a relay listens or leads: an address of the node's namespace, or a unix socket. */
export type RelayEnd = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ProbeTarget {
  readonly kind: 'tcp' | 'http';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly periodMs: number;
}

const START_TIMEOUT_MS = 10_000;

/**
 * The lab's hand inside the node's network namespace: relays and probes. Its mount namespace, with a /sys of that network, a BPF file system, hosts file
 * and resolver of its own, is the node's; what runs on the host network joins it, so that pins survive the agent and go with the lab.
 */
export class NodeHelper {
  readonly #process: LabProcess;
  readonly #waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  readonly #probes = new Map<string, (works: boolean) => void>();

  private constructor(process: LabProcess) {
    this.#process = process;
    if (process.child.stdout) createInterface({ input: process.child.stdout }).on('line', (line) => this.#read(line));
    process.child.stdin?.on('error', () => {});
  }

  static async start(networkNamespace: string, files: StateFiles, ledgerFile: string): Promise<NodeHelper> {
    const hosts = files.write(['node', 'hosts'], '127.0.0.1 localhost\n::1 localhost ip6-localhost\n');
    const resolver = files.write(['node', 'resolv.conf'], `nameserver ${ADDRESSES.internet.resolver}\n`);
    const script = [
      // Without a BPF file system the lab still runs; the agent says what it misses.
      'mount -t sysfs sysfs /sys && { mount -t bpf bpf /sys/fs/bpf || true; }',
      'mount --bind "$1" /etc/hosts && mount --bind "$2" "$(readlink -f /etc/resolv.conf)"',
      'shift 2 && exec "$@"',
    ].join(' && ');
    const command = [process.execPath, ...SMALL_NODE_FLAGS, join(PROGRAMS, 'node.mjs')];
    const started = startProcess({
      networkNamespace,
      command: [
        'unshare',
        '--mount',
        '--propagation',
        'private',
        '--',
        'sh',
        '-c',
        script,
        'sh',
        hosts,
        resolver,
        ...command,
      ],
      environment: { PATH: process.env.PATH ?? '', LAB_LEDGER: ledgerFile },
      directory: files.directory,
      logFile: files.touch('logs', 'node-helper.log'),
      pipes: true,
      readyLine: 'ready',
    });
    const helper = new NodeHelper(started);
    await started.ready;
    return helper;
  }

  /** Whose mount namespace is the node's. */
  get pid(): number {
    return this.#process.pid;
  }

  get exited(): Promise<number> {
    return this.#process.exited;
  }

  /** Resolves when it listens. @throws Error when the address is taken */
  async startRelay(id: string, from: RelayEnd, to: RelayEnd): Promise<void> {
    const listening = new Promise<void>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#send({ command: 'relay', id, from, to });
    const timer = setTimeout(
      () => this.#waiting.get(id)?.reject(new Error(`the relay ${id} did not start`)),
      START_TIMEOUT_MS,
    );
    await listening.finally(() => clearTimeout(timer));
  }

  stopRelay(id: string): void {
    this.#send({ command: 'unrelay', id });
  }

  startProbe(id: string, target: ProbeTarget, report: (works: boolean) => void): void {
    this.#probes.set(id, report);
    this.#send({ command: 'probe', id, ...target });
  }

  stopProbe(id: string): void {
    if (this.#probes.delete(id)) this.#send({ command: 'unprobe', id });
  }

  stop(): Promise<void> {
    return this.#process.stop(1_000);
  }

  #send(message: Record<string, unknown>): void {
    this.#process.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #read(line: string): void {
    if (!line.startsWith('{')) return;
    const message = JSON.parse(line) as { relay?: string; error?: string; probe?: string; ok?: boolean };
    if (message.probe !== undefined) this.#probes.get(message.probe)?.(message.ok === true);
    if (message.relay === undefined) return;
    const waiting = this.#waiting.get(message.relay);
    this.#waiting.delete(message.relay);
    if (message.error) waiting?.reject(new Error(message.error));
    else waiting?.resolve();
  }
}
