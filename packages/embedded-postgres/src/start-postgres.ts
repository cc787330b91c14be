import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { type Account, chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';

export interface PostgresOptions {
  /** Made when missing. */
  readonly dataDirectory: string;
  /** Password of the superuser `postgres`, set by initdb; later starts must give the same. */
  readonly password: string;
  /** False only for throw-away test servers: fsync, synchronous_commit and full_page_writes off. */
  readonly durable: boolean;
  readonly maxConnections?: number;
  /** Loopback port; without it a free one. */
  readonly port?: number;
  /** Lines of the server's log. */
  readonly onLog?: (line: string) => void;
}

export interface RunningPostgres {
  /** `postgresql://postgres:…@127.0.0.1:<port>/postgres` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly account: string;
  /** Resolves with the exit code whenever the server ends. */
  readonly exited: Promise<number | null>;
  /** Fast shutdown: sessions are ended, data is safe. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server on a loopback port, on its own data directory.
 *
 * @throws MargayError PRECONDITION_FAILED with the end of the server's log when it ends, or does not come up (a minute; a quarter of an hour where it recovers from a crash).
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const binaries = await findBinaries();
  const account = chooseAccount();
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  if (account.ids) await chown(options.dataDirectory, account.ids.uid, account.ids.gid);
  if (!(await exists(join(options.dataDirectory, 'PG_VERSION')))) await initialise(binaries.initdb, account, options);
  await clearStalePid(options.dataDirectory);

  const port = options.port ?? (await freePort());
  const tail: string[] = [];
  const child = spawnAs(account, binaries.postgres, ['-D', options.dataDirectory, ...settings(port, options)]);
  const onLine = (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      tail.push(line);
      if (tail.length > 40) tail.shift();
      options.onLog?.(line);
    }
  };
  child.stderr?.on('data', onLine);
  child.stdout?.on('data', onLine);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await waitUntilReady(child, options.dataDirectory, tail);
  return {
    url: `postgresql://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`,
    port,
    pid: child.pid ?? -1,
    account: account.description,
    exited,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await exited;
    },
  };
}

function settings(port: number, { durable, maxConnections = 100 }: PostgresOptions): string[] {
  const pairs: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: maxConnections,
    timezone: 'UTC',
    log_timezone: 'UTC',
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    log_min_messages: 'warning',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(pairs).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

function spawnAs(account: Account, program: string, args: readonly string[]): ChildProcess {
  const [command = program, ...rest] = [...account.prefix, program, ...args];
  // Detached: a Ctrl-C in the terminal reaches the supervisor alone, which stops the server after its clients.
  return spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    ...(account.ids ?? {}),
  });
}

async function initialise(initdb: string, account: Account, options: PostgresOptions): Promise<void> {
  const passwordFile = join(options.dataDirectory, `../.pg-password-${randomBytes(6).toString('hex')}`);
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  try {
    if (account.ids) await chown(passwordFile, account.ids.uid, account.ids.gid);
    const child = spawnAs(account, initdb, [
      '-D',
      options.dataDirectory,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
      `--pwfile=${passwordFile}`,
    ]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (code !== 0)
      throw new MargayError('PRECONDITION_FAILED', `initdb failed as ${account.description}: ${output.slice(-2000)}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** A killed supervisor leaves postmaster.pid; inside a user namespace its pid may now be anyone's, so only a live postmaster on that very directory counts. */
async function clearStalePid(dataDirectory: string): Promise<void> {
  const file = join(dataDirectory, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.includes('postgres') && commandLine.includes(dataDirectory)) {
    process.kill(pid, 'SIGINT');
    for (let i = 0; i < 100 && (await exists(`/proc/${pid}`)); i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
  } else if (process.platform === 'linux') await rm(file, { force: true });
}

/** To say that it is starting. */
const SIGN_MS = 60_000;
/** To replay its log, which may hold `max_wal_size` and more: killing it would only make it begin again. */
const RECOVERY_MS = 900_000;

async function waitUntilReady(child: ChildProcess, dataDirectory: string, tail: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  while (child.exitCode === null && child.signalCode === null) {
    const status = await statusOf(dataDirectory, child.pid);
    if (status === 'ready') return;
    if (performance.now() - startedMs > (status === 'starting' ? RECOVERY_MS : SIGN_MS)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new MargayError('PRECONDITION_FAILED', `PostgreSQL did not start. Its last words:\n${tail.join('\n')}`);
}

/** What pg_ctl looks at: this server's own pid in the first line of postmaster.pid, and `starting` or `ready` in the eighth (PostgreSQL's storage documentation, postmaster.pid). */
async function statusOf(dataDirectory: string, pid: number | undefined): Promise<string> {
  const lines = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid ? (lines[7]?.trim() ?? '') : '';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
  });
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
