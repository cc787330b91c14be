import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { BackOff } from './back-off.ts';
import { ROOT } from './settings.ts';

export interface ChildSpec {
  readonly name: 'console' | 'ingest' | 'worker';
  /** Arguments of Node 24. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Supervised {
  /** Resolves when the child answers GET /healthz with 200. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

const LOG_TAIL_BYTES = 4_000;

/** Runs a child until told to stop; one that dies is started again with back-off. Its output goes to `<logs>/<name>.log`. */
export function supervise(spec: ChildSpec, logDirectory: string): Supervised {
  const log: WriteStream = createWriteStream(join(logDirectory, `${spec.name}.log`), { flags: 'a', mode: 0o600 });
  let child: ChildProcess;
  let stopping = false;
  const backOff = new BackOff();
  let tail = '';
  let ended: Promise<void> = Promise.resolve();

  const start = () => {
    backOff.started();
    const process_ = spawn(process.execPath, ['--import', join(ROOT, 'infra/start/follow-parent.mjs'), ...spec.args], {
      cwd: spec.cwd ?? ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        LANG: process.env.LANG,
        NODE_ENV: 'production',
        ...spec.environment,
        PORT: String(spec.port),
        HOST: '127.0.0.1',
      },
      // Detached, so that Ctrl-C reaches the supervisor alone and children end in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = process_;
    for (const stream of [process_.stdout, process_.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log.write(chunk);
        tail = (tail + chunk.toString()).slice(-LOG_TAIL_BYTES);
      });
    }
    ended = new Promise((resolve) =>
      process_.once('exit', (code, signal) => {
        resolve();
        if (stopping) return;
        const delay = backOff.ended();
        console.error(
          `${spec.name} ended (${signal ?? code}); starting it again in ${delay / 1000} s. Its log: ${join(logDirectory, `${spec.name}.log`)}`,
        );
        setTimeout(() => {
          if (!stopping) start();
        }, delay);
      }),
    );
  };
  start();

  return {
    ready: async () => {
      const deadline = Date.now() + 90_000;
      while (Date.now() < deadline) {
        if (await isHealthy(spec.port)) return;
        if (backOff.ends >= 3) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new MargayError('UNAVAILABLE', `${spec.name} did not become ready. The end of its log:\n${tail}`);
    },
    stop: async () => {
      stopping = true;
      signalGroup(child, 'SIGTERM');
      const killer = setTimeout(() => signalGroup(child, 'SIGKILL'), 8_000);
      await ended;
      clearTimeout(killer);
      await new Promise((resolve) => log.end(resolve));
    },
  };
}

async function isHealthy(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
