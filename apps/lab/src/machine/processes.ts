import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface ProcessSpec {
  /** Network namespace by name; undefined: the machine's own (contract tests only). */
  readonly networkNamespace?: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly logFile: string;
  /** Joins the mount namespace of this process. */
  readonly mountNamespaceOf?: number;
  /** Keeps standard input and output as pipes instead of the log. */
  readonly pipes?: boolean;
  /** Resolves `ready` when a line of this text comes on standard output. */
  readonly readyLine?: string;
}

export interface LabProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly exited: Promise<number>;
  /** SIGTERM, then SIGKILL after the grace. */
  stop(graceMs: number): Promise<void>;
}

/** Processes die with the lab, however it ends: the kernel kills them when their parent does (PR_SET_PDEATHSIG, prctl(2)). */
export function startProcess(spec: ProcessSpec): LabProcess {
  const log = openSync(spec.logFile, 'a', 0o644);
  const enter = spec.networkNamespace ? ['nsenter', `--net=/run/netns/${spec.networkNamespace}`] : [];
  if (spec.mountNamespaceOf) enter.push(`--mount=/proc/${spec.mountNamespaceOf}/ns/mnt`);
  if (enter.length > 0) enter.push('--');
  const readsOutput = spec.pipes || spec.readyLine !== undefined;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...enter, ...spec.command], {
    cwd: spec.directory,
    env: spec.environment,
    stdio: [spec.pipes ? 'pipe' : 'ignore', readsOutput ? 'pipe' : log, log],
    // Ctrl-C reaches the lab alone, which ends its processes in order.
    detached: true,
  });
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 128));
  });
  void exited.then(() => closeSync(log));
  const ready = spec.readyLine === undefined ? Promise.resolve() : waitForLine(child, spec.readyLine, exited, spec);
  ready.catch(() => {});
  return {
    pid: child.pid ?? 0,
    child,
    ready,
    exited,
    stop: async (graceMs) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function waitForLine(child: ChildProcess, line: string, exited: Promise<number>, spec: ProcessSpec): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4_096);
      if (text.split('\n').includes(line)) resolve();
    });
    void exited.then((code) => {
      // The log goes with the lab; the message stays.
      const words = readFileSync(spec.logFile, 'utf8').slice(-500).trim();
      reject(new Error(`${spec.command.at(-1)} ended with ${code} before it was ready: ${words || text.trim()}`));
    });
  });
}
