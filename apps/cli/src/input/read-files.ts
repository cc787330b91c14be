import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '@margay/policy';
import { BadInput } from '../command.ts';

const MANIFEST = /\.(ya?ml|json)$/i;
const STDIN = '-';

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

function readText(source: string | 0, name: string): string {
  if (source === 0 && stdinIsRead) throw new BadInput('stdin holds one thing: give a file for the other');
  stdinIsRead ||= source === 0;
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    throw new BadInput(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
