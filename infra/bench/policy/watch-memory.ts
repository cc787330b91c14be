import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const WATCH_MS = 20;

/** Runs Node with these arguments to its end; what it printed, and the most memory that it had: the kernel's own high-water mark, read while it lives. */
export function watchMemory(args: readonly string[]): Promise<{ stdout: string; peakMib: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    let peakMib = 0;
    const watch = setInterval(() => {
      peakMib = Math.max(peakMib, peakMibOf(child.pid ?? 0));
    }, WATCH_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ stdout: Buffer.concat(chunks).toString(), peakMib });
      else reject(new Error(`${args[0]} ended with ${code}`));
    });
  });
}

function peakMibOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    // Gone between two looks.
    return 0;
  }
}
