import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './margay.ts';

/** End of an edge as the lab knows it (`lab.json`). */
export type LabEnd =
  | { kind: 'workload'; role: string; namespace: string; ownerKind: string; name: string }
  | { kind: 'node'; name: string }
  | { kind: 'external'; address: string };

export interface LabDescription {
  readonly suffix: string;
  readonly seed: number | null;
  readonly nodeName: string;
  readonly nodeAddresses: Readonly<Record<'ipv4' | 'ipv6', string>>;
  readonly stateDirectory: string;
  readonly api: string;
  readonly expectedEdges: readonly {
    source: LabEnd;
    destination: LabEnd;
    protocol: number;
    port: number;
    family: 4 | 6;
    service: { namespace: string; name: string } | null;
  }[];
}

export interface RunningLab {
  readonly description: LabDescription;
  /** Milliseconds since the epoch at which it said that it was up. */
  readonly upAtMs: number;
  output(): string;
  stop(): Promise<void>;
}

const UP_TIMEOUT_MS = 120_000;

/**
 * Runs the line that the connect page shows, as a person at a terminal would: `npm run lab -- --connect "…"`.
 *
 * @param line what the page shows.
 * @param home folder for the lab's state.
 */
export async function runLabLine(
  line: string,
  options: { home: string; seed?: number; apps?: string },
): Promise<RunningLab> {
  const url = /^npm run lab -- --connect "([^"]+)"$/.exec(line)?.[1];
  if (!url) throw new Error(`this is not the lab's line: ${line}`);
  const args = [
    '--connect',
    url,
    ...(options.seed === undefined ? [] : ['--seed', String(options.seed)]),
    ...(options.apps ? ['--apps', options.apps] : []),
  ];
  const child = spawn(process.execPath, [join(ROOT, 'apps/lab/src/main.ts'), ...args], {
    cwd: ROOT,
    env: { ...process.env, MARGAY_HOME: options.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  let ended = false;
  void exited.then(() => (ended = true));
  const stop = async () => {
    if (!ended) child.kill('SIGINT');
    await exited;
  };
  const deadline = Date.now() + UP_TIMEOUT_MS;
  while (!ended && Date.now() < deadline) {
    const description = /Ctrl-C stops it/.test(output) ? await readDescription(options.home) : null;
    if (description) return { description, upAtMs: Date.now(), output: () => output, stop };
    await new Promise((done) => setTimeout(done, 100));
  }
  await stop();
  throw new Error(`the lab did not come up:\n${output}`);
}

async function readDescription(home: string): Promise<LabDescription | null> {
  const folder = (await readdir(home)).find((name) => name.startsWith('lab-'));
  if (!folder) return null;
  return JSON.parse(await readFile(join(home, folder, 'lab.json'), 'utf8')) as LabDescription;
}
