import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { TestNamespace } from './test-namespace.ts';

/** A frame to send, from a pod by its place. */
export interface Sent {
  readonly pod: number;
  readonly frame: Buffer;
}
/** What became of packets, by number. */
export interface Seen {
  /** Where it came out. */
  readonly arrived: ReadonlyMap<number, number>;
  /** NFLOG's prefixes, in order. */
  readonly logged: ReadonlyMap<number, readonly string[]>;
}

/** The program that sends and receives at all pods at once (`packet-wire.c`). */
export class PacketWire {
  readonly #folder = mkdtempSync(join(tmpdir(), 'margay-wire-'));
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(router: TestNamespace, pods: readonly TestNamespace[], logGroup: number) {
    const program = join(this.#folder, 'packet-wire');
    execFileSync('clang', ['-Wall', '-O1', '-o', program, join(import.meta.dirname, 'packet-wire.c')]);
    const [file = '', ...args] = [...router.enter, program, String(logGroup), ...pods.map(({ name }) => name)];
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#child.stdout === null) throw new Error('no output');
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Sends in order. The last must be the one numbered LAST, and must arrive whatever the rules are. */
  async send(packets: readonly Sent[]): Promise<Seen> {
    const parts = packets.map(({ pod, frame }) => Buffer.concat([words(pod, frame.length), frame]));
    this.#child.stdin?.write(Buffer.concat([words(packets.length), ...parts]));
    const arrived = new Map<number, number>();
    const logged = new Map<number, string[]>();
    for (;;) {
      const { value: line, done } = await this.#lines.next();
      if (done) throw new Error('packet-wire ended');
      const [what, first, ...rest] = line.split(' ');
      const number = Number(first);
      if (what === 'A') arrived.set(number, Number(rest[0]));
      else if (what === 'L') logged.set(number, [...(logged.get(number) ?? []), rest.join(' ')]);
      else if (number === 1) return { arrived, logged };
      else throw new Error('the last packet of a batch did not arrive');
    }
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    this.#reader.close();
    rmSync(this.#folder, { recursive: true });
  }
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [place, value] of values.entries()) bytes.writeUInt32LE(value, 4 * place);
  return bytes;
}
