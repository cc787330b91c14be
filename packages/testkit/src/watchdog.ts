import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * Ends process `pid` and removes `folder` when this process is gone without having done so itself (kill -9): a small child waits for the end of its input.
 *
 * @returns releases the watch.
 */
export function watch(pid: number, folder: string): () => void {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return () => child.stdin?.end('released');
}

async function guard(pid: number, folder: string): Promise<void> {
  let said = '';
  for await (const chunk of process.stdin) said += String(chunk);
  if (said === 'released') return;
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const deadline = Date.now() + 5_000;
    while (Date.now() < deadline && signalled(pid, signal)) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await rm(folder, { recursive: true, force: true });
}

function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

if (import.meta.main) await guard(Number(process.argv[2]), String(process.argv[3]));
