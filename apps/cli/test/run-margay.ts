import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { buildCli } from '../build.mjs';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file are over. */
function newFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a bundle may take on a busy machine. */
export const BUILD_MS = 60_000;

/** Bundles the CLI into a folder of its own and answers what runs it as a process. */
export async function buildMargay(): Promise<(args: readonly string[], stdin?: string, nodeOptions?: string) => Ran> {
  const folder = newFolder('margay-cli-');
  await buildCli(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const bundle = join(folder, 'margay.js');
  return (args, stdin = '', nodeOptions = '') => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
      input: stdin,
      env: { ...process.env, NODE_OPTIONS: nodeOptions },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return { code: status, out: stdout, err: stderr };
  };
}

/** A new folder with these files; the path. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = newFolder('margay-manifests-');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
