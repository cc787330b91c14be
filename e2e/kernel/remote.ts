import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';

/** Dozens of these processes load the same modules: half of their start is compiling. */
const COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/kernel-tests');

type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;
type Remote<H extends Handlers> = {
  readonly [name in keyof H]: (...args: Parameters<H[name]>) => Promise<Awaited<ReturnType<H[name]>>>;
};

/** A process of its own in a network namespace, whose handlers are called as if they were here. */
export interface RemoteProcess<H extends Handlers> {
  readonly call: Remote<H>;
  readonly pid: number;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

interface Request {
  readonly id: number;
  readonly name: string;
  readonly args: unknown[];
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Starts `script`, which calls `serve`, in the network namespace `namespace` (a name under /run/netns). */
export async function startRemote<H extends Handlers>(
  namespace: string,
  script: string,
  env: Record<string, string> = {},
): Promise<RemoteProcess<H>> {
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended at once`))),
  ]);
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  child.on('exit', (code, signal) => {
    for (const [id, settle] of waiting) settle({ id, error: `${script} ended (${code ?? signal})` });
  });
  let nextId = 1;
  const request = (name: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
      child.send({ id, name, args } satisfies Request, (error) => error && reject(error));
    });
  const call = new Proxy({} as Remote<H>, {
    get: (_, name) => (name === 'then' ? undefined : (...args: unknown[]) => request(String(name), args)),
  });
  return { call, pid: child.pid ?? 0, kill: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Answers calls until the parent goes. */
export function serve(handlers: Handlers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, name, args }: Request) => {
    try {
      const result = await handlers[name]?.(...(args as never[]));
      process.send?.({ id, result } satisfies Answer);
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Answer);
    }
  });
  process.send?.('ready');
  // At its end it is killed, and would not.
  flushCompileCache();
}
