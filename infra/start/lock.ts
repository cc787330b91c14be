import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '@margay/model';

/**
 * One Margay per home. The lock names the process and its URL; one left by a killed process is taken over.
 *
 * @throws MargayError CONFLICT with the URL of the Margay that runs already.
 */
export async function takeLock(home: string, url: string): Promise<() => Promise<void>> {
  const file = join(home, 'running.json');
  const text = await readFile(file, 'utf8').catch(() => '');
  const holder = text ? (JSON.parse(text) as { pid: number; url: string }) : null;
  if (holder && holder.pid !== process.pid && (await isMargay(holder.pid))) {
    throw new MargayError(
      'CONFLICT',
      `Margay runs already on this data: ${holder.url} (process ${holder.pid}). For a second one: MARGAY_HOME=/some/folder npm start`,
    );
  }
  await writeFile(file, JSON.stringify({ pid: process.pid, url }), { mode: 0o600 });
  return () => rm(file, { force: true });
}

async function isMargay(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('infra/start/main.ts');
}
