import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../../..');

export interface LabProcess {
  readonly child: ChildProcess;
  readonly events: { readonly event: string; readonly [field: string]: unknown }[];
  /** Standard error so far. */
  errors(): string;
  /** The event of this name, once it came. @throws Error when the process ends before */
  event(name: string): Promise<{ readonly [field: string]: unknown }>;
  readonly exited: Promise<number | null>;
}

/** Starts the lab as a process of its own, as `npm run lab` does; `root`: of another clone. */
export function startLabProcess(
  args: readonly string[],
  environment: Record<string, string>,
  root: string = ROOT,
): LabProcess {
  const { KUBEBUILDER_ASSETS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(root, 'apps/lab/src/main.ts'), '--json-events', ...args], {
    cwd: root,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: LabProcess['events'] = [];
  const waiting = new Map<string, (event: LabProcess['events'][number]) => void>();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as LabProcess['events'][number];
    events.push(event);
    waiting.get(event.event)?.(event);
  });
  const exited = new Promise<number | null>((done) => child.once('close', done));
  return {
    child,
    events,
    errors: () => errors,
    event: (name) =>
      new Promise((done, fail) => {
        const known = events.find(({ event }) => event === name);
        if (known) return done(known);
        waiting.set(name, done);
        void exited.then((code) => fail(new Error(`the lab ended with ${code} before "${name}":\n${errors}`)));
      }),
    exited,
  };
}
