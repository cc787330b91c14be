import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from './run-command.ts';

/** Short, because unix socket paths end at 107 bytes; on the machine, because namespaces are. */
const REGISTRY = '/run/margay-lab';

const Entry = z.object({
  suffix: z.string().regex(/^[a-z0-9]{4,12}$/),
  pid: z.number().int(),
  /** Start of the process in clock ticks since boot: a pid that came back is not the lab. */
  startTicks: z.string(),
  stateDirectory: z.string(),
  home: z.string(),
});
export type RegistryEntry = z.infer<typeof Entry>;

/** The folder of one lab for its sockets; also its entry in the registry. */
export const runtimeDirectory = (suffix: string) => join(REGISTRY, suffix);

/** The disk of a lab's node: etcd's data, host paths of pods. */
export const nodeDirectory = (suffix: string) => join('/var/lib/margay-lab', suffix);

/** Tells the machine of a lab before it makes anything, so that nothing of it is ever without an owner. */
export function registerLab(entry: Omit<RegistryEntry, 'startTicks'>): void {
  const directory = runtimeDirectory(entry.suffix);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const whole: RegistryEntry = { ...entry, startTicks: startTicksOf(entry.pid) ?? '' };
  writeFileSync(join(directory, 'owner.json'), JSON.stringify(whole));
}

export function unregisterLab(suffix: string): void {
  for (const directory of [nodeDirectory(suffix), runtimeDirectory(suffix)])
    rmSync(directory, { recursive: true, force: true });
}

export interface KnownLab {
  readonly entry: RegistryEntry;
  readonly alive: boolean;
}

export function knownLabs(): KnownLab[] {
  return directoriesOf(REGISTRY).flatMap((name) => {
    try {
      const entry = Entry.parse(JSON.parse(readFileSync(join(REGISTRY, name, 'owner.json'), 'utf8')));
      return [{ entry, alive: startTicksOf(entry.pid) === entry.startTicks }];
    } catch {
      // Half written by a lab that died at once.
      return [];
    }
  });
}

/**
 * Removes what labs that no longer run left behind: processes, namespaces (with them veths and nft tables), folders.
 *
 * @returns the suffixes of the labs that were cleaned away.
 */
export async function cleanLeftovers(): Promise<string[]> {
  const labs = knownLabs();
  const alive = new Set(labs.filter((lab) => lab.alive).map((lab) => lab.entry.suffix));
  const namespaces = await labNamespaces();
  const dead = new Set([
    ...labs.filter((lab) => !lab.alive).map((lab) => lab.entry.suffix),
    ...namespaces.map(suffixOf).filter((suffix) => !alive.has(suffix)),
  ]);
  for (const suffix of dead) {
    await removeNamespaces(suffix);
    const entry = labs.find((lab) => lab.entry.suffix === suffix)?.entry;
    if (entry && isStateDirectory(entry)) rmSync(entry.stateDirectory, { recursive: true, force: true });
    unregisterLab(suffix);
  }
  return [...dead];
}

/** Ends every process in the namespaces of a lab and deletes them. */
export async function removeNamespaces(suffix: string): Promise<void> {
  const own = (await labNamespaces()).filter((name) => suffixOf(name) === suffix);
  for (const name of own) {
    const pids = (await runCommand('ip', ['netns', 'pids', name], { allowFailure: true })).split('\n').filter(Boolean);
    for (const pid of pids) killIfAlive(Number(pid));
  }
  for (const name of own) await runCommand('ip', ['netns', 'delete', name], { allowFailure: true });
}

async function labNamespaces(): Promise<string[]> {
  return directoriesOf('/run/netns').filter((name) => /^mgy-[a-z0-9]{4,12}-/.test(name));
}

const suffixOf = (namespace: string) => namespace.split('-')[1] ?? '';

/** The registry is world-readable but root's; still, only a folder that looks like a lab's is ever deleted. */
const isStateDirectory = (entry: RegistryEntry) => entry.stateDirectory.endsWith(`/lab-${entry.suffix}`);

function directoriesOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

function startTicksOf(pid: number): string | undefined {
  try {
    // Behind the command, which may hold spaces and parentheses (proc(5)): field 22 of the line.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
