import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that living processes have used so far. @throws Error when one is gone */
export async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8');
      // proc_pid_stat(5): the name may hold anything, so fields are counted from behind it; utime and stime are the 14th and 15th.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return Number(fields[11]) + Number(fields[12]);
    }),
  );
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** Resident memory of living processes in MiB. */
export async function residentMibOf(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]),
  );
  return sizes.reduce((sum, kib) => sum + Number(kib ?? 0), 0) / 1024;
}

/** Resident memory in MiB of a Node.js that does nothing. */
export async function idleNodeMib(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await new Promise((done) => child.stdout.once('data', done));
    return await residentMibOf([child.pid ?? 0]);
  } finally {
    child.kill();
  }
}
