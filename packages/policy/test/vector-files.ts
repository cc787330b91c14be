import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestFile } from '../src/parse/read-objects.ts';

/** The manifests below a folder, in order of their names. */
export function readFolder(folder: string): ManifestFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ya?ml|json)$/.test(file))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** Lines of RFC 4180 as lists of cells. */
export function readCsv(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}
