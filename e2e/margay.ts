import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');
const START_TIMEOUT_MS = 180_000;

export interface RunningMargay {
  readonly url: string;
  readonly home: string;
  readonly startedInMs: number;
  /** Everything it printed so far. */
  output(): string;
  /** Sends SIGINT, as Ctrl-C does. @returns the exit code. */
  interrupt(): Promise<number | null>;
  /** Interrupts and deletes the data. */
  stop(): Promise<void>;
}

/** Starts Margay as `npm start` does, on data of its own (or on `home`, to start a second time). */
export async function startMargay(
  options: { home?: string; environment?: Record<string, string> } = {},
): Promise<RunningMargay> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'margay-e2e-')));
  const started = Date.now();
  const { PORT: _, DATABASE_URL: __, REDIS_URL: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'infra/start/main.ts')], {
    cwd: ROOT,
    env: { ...inherited, MARGAY_HOME: home, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const url = await new Promise<string>((done, fail) => {
    const onData = (chunk: Buffer) => {
      output += chunk.toString();
      const match = /is ready: (\S+)/.exec(output);
      if (match?.[1]) done(match[1]);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    void exited.then((code) => fail(new Error(`Margay ended with ${code} before it was ready:\n${output}`)));
    setTimeout(
      () => fail(new Error(`Margay was not ready in ${START_TIMEOUT_MS / 1000} s:\n${output}`)),
      START_TIMEOUT_MS,
    ).unref();
  });
  const interrupt = async () => {
    if (child.exitCode === null) child.kill('SIGINT');
    return await exited;
  };
  return {
    url,
    home,
    startedInMs: Date.now() - started,
    output: () => output,
    interrupt,
    stop: async () => {
      await interrupt();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Processes whose environment or command line names `home`: what is left of a Margay that ran there. */
export async function processesOf(home: string): Promise<string[]> {
  const left: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    if (`${command}\u0000${environment}`.includes(home)) left.push(`${pid} ${command?.replaceAll('\u0000', ' ')}`);
  }
  return left;
}
