import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCli } from '../build.mjs';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Bundles the CLI into a folder of its own and answers what runs it as a process. */
export async function buildMargay(): Promise<(args: readonly string[], stdin?: string) => Ran> {
  const bundle = join(mkdtempSync(join(tmpdir(), 'margay-cli-')), 'margay.mjs');
  await buildCli(bundle);
  return (args, stdin = '') => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
      input: stdin,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return { code: status, out: stdout, err: stderr };
  };
}

/** A new folder with these files; the path. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'margay-manifests-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
