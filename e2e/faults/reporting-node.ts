import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '../../agent/src/log.ts';
import { type ConsoleClient, connectConsole } from '../../agent/src/uplink/console-client.ts';
import { CredentialSource } from '../../agent/src/uplink/credential-source.ts';
import { Sender } from '../../agent/src/uplink/sender.ts';
import { Spool } from '../../agent/src/uplink/spool.ts';
import { anyPort } from '../../infra/start/ports.ts';
import { commitWindow } from './commit-window.ts';
import type { EnrolledCluster } from './faulty-margay.ts';
import { eventually } from './kills.ts';
import { trafficOf, type WindowSpec } from './traffic.ts';

const ROWS = 30;
const BOOT = 'life-1';

export interface ReportingNodeOptions {
  readonly url: string;
  readonly cluster: EnrolledCluster;
  readonly directory: string;
  readonly bytesMax?: number;
}

/** The agent's Spool and Sender in this process, under a clock that the test sets. */
export class ReportingNode {
  /** The node's clock, epoch ms. */
  clock: () => number = Date.now;
  /** Whether the console can be reached: else requests go to a port where nobody listens. */
  isReachable = true;
  readonly spool: Spool;
  readonly node = 'node-x';
  readonly windows: WindowSpec[] = [];
  readonly #sender: Sender;
  readonly #clients: readonly ConsoleClient[];

  private constructor(
    spool: Spool,
    clients: readonly [there: ConsoleClient, nowhere: ConsoleClient],
    directory: string,
  ) {
    const log = createLog('silent', {});
    const [there, nowhere] = clients;
    this.spool = spool;
    this.#clients = clients;
    this.#sender = new Sender({
      console: { post: (request) => (this.isReachable ? there : nowhere).post(request), close: async () => {} },
      credentials: new CredentialSource({ directory, stored: async () => null, log }),
      spool,
      log,
      now: () => this.clock(),
      onLease: () => {},
    });
  }

  static async open({ url, cluster, directory, bytesMax = 64 << 20 }: ReportingNodeOptions): Promise<ReportingNode> {
    await mkdir(directory, { recursive: true });
    let node: ReportingNode | undefined;
    const now = () => node?.clock() ?? Date.now();
    const spool = await Spool.open({
      directory: join(directory, 'spool'),
      bytesMax,
      log: createLog('silent', {}),
      now,
    });
    const nowhere = `http://127.0.0.1:${await anyPort()}`;
    node = new ReportingNode(spool, [connectConsole(url), connectConsole(nowhere)], cluster.credentialDirectory);
    return node;
  }

  /** Reads the next window, with traffic of that time. */
  async window(atMs: number = this.clock()): Promise<WindowSpec> {
    const spec = { seed: 1, node: this.node, epoch: this.windows.length, atMs, rows: ROWS };
    this.windows.push(spec);
    await commitWindow(this.spool, BOOT, spec);
    return spec;
  }

  /** Sends until the spool is empty. */
  async send(): Promise<void> {
    await eventually(async () => {
      await this.#sender.drain(AbortSignal.timeout(30_000));
      return this.spool.size.batches === 0;
    }, 'the spool is empty');
  }

  /** Tries to send once, or for as long as it takes to fail. */
  async trySending(): Promise<void> {
    await this.#sender.drain(AbortSignal.timeout(2_000));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

export const rowsOf = (windows: readonly WindowSpec[]) => windows.flatMap((window) => trafficOf(window).rows);
