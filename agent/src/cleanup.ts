import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import type { Driver } from './drivers/driver.ts';
import type { WindowSource } from './flows/window.ts';

/** Detaches from every pod, unpins maps and programs, takes its rules out of nftables, removes the state folder. Finds what is there by taking it over first. */
export async function runCleanup(
  source: WindowSource,
  plane: (folder: string) => Driver,
  stateDir: string,
): Promise<void> {
  await source.start();
  await source.stop({ remove: true });
  await mkdir(stateDir, { recursive: true });
  // Where nft is missing nothing was written by it.
  await plane(stateDir)
    .cleanup()
    .catch((error: unknown) => {
      if (!(error instanceof MargayError) || error.code !== 'PRECONDITION_FAILED') throw error;
    });
  await removeState(stateDir);
}

/** The folder itself stays where it is a mount: only the node can remove it then, and it is empty. */
export async function removeState(stateDir: string): Promise<void> {
  const names = await readdir(stateDir).catch(() => []);
  for (const name of names) await rm(join(stateDir, name), { recursive: true, force: true });
  await rmdir(stateDir).catch(() => {});
}
