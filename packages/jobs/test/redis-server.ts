import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';

const PROGRAM = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path));
/** Why the Redis half of a suite is skipped; null where it runs. */
export const redisMissing: string | null = PROGRAM ? null : 'redis-server is not installed (Debian: redis-server)';

export interface RedisServer {
  readonly url: string;
  /** Starts another on the same port, with nothing of the last one's data. */
  start(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis on a random loopback port, in memory; it ends with this process. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  let child = await launch(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      child = await launch(port);
    },
    restart: async () => {
      await end(child);
      child = await launch(port);
    },
    stop: () => end(child),
  };
}

async function launch(port: number): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', '/tmp'];
  const child = spawn(PROGRAM ?? 'redis-server', settings, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    if (await accepts(port)) return child;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error('redis-server did not start');
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
