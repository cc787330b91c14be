import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { anyPort } from '../../infra/start/ports.ts';
import { ownFolder } from './limited-disk.ts';

const PROGRAM = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path));
/** Why there is no Redis here; null where there is. */
export const redisMissing: string | null = PROGRAM ? null : 'redis-server is not installed (Debian: redis-server)';

/** A Redis on loopback that keeps its data in an append-only file, so that a killed one comes back with it. */
export class PersistentRedis {
  readonly url: string;
  readonly #port: number;
  readonly #directory: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, directory: string) {
    this.#port = port;
    this.#directory = directory;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(): Promise<PersistentRedis> {
    const redis = new PersistentRedis(await anyPort(), await ownFolder('redis'));
    await redis.launch();
    return redis;
  }

  async launch(): Promise<void> {
    const settings = { port: this.#port, bind: '127.0.0.1', dir: this.#directory, appendonly: 'yes', save: '' };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(PROGRAM ?? 'redis-server', args, { stdio: 'ignore' });
    process.once('exit', () => child.kill('SIGKILL'));
    this.#child = child;
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
      if (await this.#answers()) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error('redis-server did not start');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Whether it has read its file: until then it answers PING with LOADING. */
  #answers(): Promise<boolean> {
    return new Promise((done) => {
      const socket = connect(this.#port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => {
        socket.destroy();
        done(data.toString().startsWith('+PONG'));
      });
      socket.once('error', () => done(false));
    });
  }
}
