import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Part = 'console' | 'ingest' | 'worker' | 'postgres';

/** Process ids of the parts of the Margay at `home` that live now. */
export async function partsOf(home: string): Promise<Map<Part, number>> {
  const { pid: supervisor } = JSON.parse(await readFile(join(home, 'running.json'), 'utf8')) as { pid: number };
  const parts = new Map<Part, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    if ((await parentOf(pid)) !== supervisor) continue;
    const part = partOf(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''), home);
    if (part) parts.set(part, pid);
  }
  return parts;
}

function partOf(commandLine: string, home: string): Part | null {
  if (commandLine.includes('apps/ingest/src/main.ts')) return 'ingest';
  if (commandLine.includes('apps/worker/src/main.ts')) return 'worker';
  if (commandLine.includes(join(home, 'postgres')) && commandLine.includes('bin/postgres')) return 'postgres';
  // Next.js names its process anew.
  return /next/.test(commandLine) ? 'console' : null;
}

/** The fourth field of /proc/<pid>/stat (proc_pid_stat(5)); the second may hold spaces and brackets. */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
