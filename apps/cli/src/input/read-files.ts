import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '@margay/policy';
import { BadInput } from '../command.ts';

const MANIFEST = /\.(ya?ml|json)$/i;
export const STDIN = '-';

/** All YAML and JSON files below a folder, by name; a single file; or stdin for `-`. */
export function readFiles(path: string): readonly ManifestFile[] {
  if (path === STDIN) return [{ file: '<stdin>', text: readText(0, 'stdin') }];
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) throw new BadInput(`${path} does not exist`);
  const files = entry.isDirectory() ? manifestsIn(path) : [path];
  if (files.length === 0) throw new BadInput(`${path} holds no .yaml, .yml or .json file`);
  return files.map((file) => ({ file, text: readText(file, file) }));
}

function manifestsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && MANIFEST.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The text of one file, or of stdin for `-`. */
export function readOne(path: string): string {
  return path === STDIN ? readText(0, 'stdin') : readText(path, path);
}

let stdinIsRead = false;

/** @throws BadInput where it was read already. */
export function claimStdin(): void {
  if (stdinIsRead) throw new BadInput('stdin holds one thing: give a file for the other');
  stdinIsRead = true;
}

/**
 * For commands of which a part that is loaded apart reads: it cannot know what was read before.
 *
 * @throws BadInput where more than one of them is stdin.
 */
export function claimOnce(...paths: readonly (string | null)[]): void {
  if (paths.filter((path) => path === STDIN).length > 1)
    throw new BadInput('stdin holds one thing: give a file for the other');
}

function readText(source: string | 0, name: string): string {
  if (source === 0) claimStdin();
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    throw complain(name, error);
  }
}

/** Why something could not be read, in the words of who named it. */
export function complain(name: string, error: unknown): BadInput {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new BadInput(`${name} does not exist`);
  if (code === 'EISDIR') return new BadInput(`${name} is a folder: give a file`);
  if (code === 'EACCES') return new BadInput(`${name} may not be read`);
  return new BadInput(`${name} cannot be read: ${message}`);
}
